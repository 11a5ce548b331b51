import type { Attempt } from '../attempt.ts'

const onVictim = (
  name: string,
  language: Attempt['language'],
  script: string,
  more: Partial<Attempt> = {},
): Attempt => ({
  name,
  language,
  script,
  weakness: 'naked-user',
  victim: true,
  ...more,
})

/** Starts something with MARK on its command line that would go on for a while. */
const survivor = (name: string, language: Attempt['language'], script: string): Attempt => ({
  name,
  language,
  script,
  weakness: 'naked-user',
})

/** Attempts on processes of the host, and to outlive the box. Victims are compared before and after. */
export const PROCESSES: Attempt[] = [
  onVictim('kills a process of the host', 'sh', 'kill -KILL "$VICTIM"; kill -TERM "$VICTIM"; held tried'),
  onVictim('stops a process of the host', 'node', "held(attempt(() => process.kill(Number(env.VICTIM), 'SIGSTOP')))"),
  onVictim('kills the process group of a process of the host', 'sh', 'kill -KILL "-$VICTIM"; held tried'),
  onVictim(
    'signals a process of the host by a descriptor',
    'python',
    `
fd, code = call(nr(434, 434), victim, 0)
if fd >= 0: call(nr(424, 424), fd, 9, 0, 0)
held(errno.errorcode.get(code))`,
  ),
  onVictim(
    'takes a process of the host over by ptrace',
    'python',
    `
# Traced with the option that the traced one dies with its tracer.
result, code = call(nr(101, 117), 0x4206, victim, 0, 0x100000)
held(errno.errorcode.get(code))`,
    { weakness: 'naked-root' },
  ),
  onVictim(
    'writes the memory of a process of the host',
    'python',
    `
try:
    area = next(line for line in open(f'/proc/{victim}/maps') if '[stack]' in line)
    low, high = (int(part, 16) for part in area.split()[0].split('-'))
    memory = os.open(f'/proc/{victim}/mem', os.O_RDWR)
    os.lseek(memory, high - 8, os.SEEK_SET)
    os.write(memory, os.read(memory, 0) or b'\\0')
    escaped('opened for writing')
except (OSError, StopIteration) as error: held(error)`,
    { weakness: 'naked-root' },
  ),
  onVictim(
    'takes processor time and files from a process of the host',
    'python',
    `
import resource
tries = [
    lambda: os.setpriority(os.PRIO_PROCESS, victim, 19),
    lambda: os.sched_setaffinity(victim, {min(os.sched_getaffinity(0))}),
    lambda: resource.prlimit(victim, resource.RLIMIT_NOFILE, (16, 16)),
]
for attempt in tries:
    try: attempt()
    except OSError as error: print(error)
held('tried')`,
  ),
  onVictim(
    'marks a process of the host as the first to be killed',
    'sh',
    'echo 900 > "/proc/$VICTIM/oom_score_adj"; held tried',
  ),
  {
    name: 'signals every process there is',
    language: 'sh',
    weakness: 'naked-user',
    victim: true,
    provenByRootOnly: true,
    alone: { mayBeStopped: true },
    script: `
# Others of the same user must not suffer from a hole: where the host's processes can be seen, that is enough.
if [ -z "\${CONTAINED:-}" ] && grep -qa "$VICTIM_HOME" "/proc/$VICTIM/environ"; then escaped "sees the host's processes"; fi
echo tried
kill -KILL -1
held survived`,
  },
  {
    name: 'writes the memory of the process that made the box',
    language: 'python',
    weakness: 'naked-root',
    script: `
found = opens('/proc/1/mem', os.O_RDWR)
if found: escaped(found)
refused(call(nr(101, 117), 0x4206, 1, 0, 0), 'ptrace of process 1')`,
  },
  {
    name: 'writes into the report of the process that made the box',
    language: 'python',
    weakness: 'rights',
    // Its output may be a socket, which has no path to open it by: then it is taken out of the process.
    script: `
for fd in range(32):
    found = opens(f'/proc/1/fd/{fd}', os.O_WRONLY)
    if found: escaped(found)
process, code = call(nr(434, 434), 1, 0)
if process < 0: refused((process, code), 'a handle on process 1')
for fd in range(32):
    taken, code = call(nr(438, 438), process, fd, 0)
    if taken >= 0: escaped(f'took file {fd} of process 1')
    if code not in (errno.EBADF, errno.EPERM): break
refused((-1, code), 'the files of process 1')`,
  },
  {
    name: 'becomes root',
    language: 'python',
    weakness: 'rights',
    script: `
for become in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.setgroups([0])):
    try: become()
    except OSError as error: print(error); continue
    escaped(f'{os.getuid()}, {os.getgid()}, {os.getgroups()}')
held('refused')`,
  },
  {
    name: 'holds capabilities',
    language: 'sh',
    weakness: 'rights',
    script:
      'grep -E "^Cap(Inh|Prm|Eff|Bnd|Amb)" /proc/self/status | grep -v "0000000000000000" && escaped held; held none',
  },
  {
    name: 'runs a program that is set to run as root',
    language: 'sh',
    weakness: 'naked-user',
    provenByRootOnly: true,
    needs: 'setuid program',
    script: '[ "$("$TOOLS/setuid/id" -u)" = 0 ] && escaped "root by setuid"; held refused',
  },
  {
    name: 'is helped by the setuid programs of the system',
    language: 'sh',
    weakness: 'rights',
    script: `
command -v su mount passwd
grep -q '^NoNewPrivs:.*1' /proc/self/status || escaped 'setuid programs have their effect'
: | su -s /bin/sh -c 'id -u' root | grep -x 0 && escaped 'root by su'
mount -t tmpfs none /mnt && escaped 'mount works'
held refused`,
  },
  {
    name: 'gives a program capabilities by its file',
    language: 'python',
    weakness: 'naked-root',
    provenByRootOnly: true,
    script: `
import shutil
shutil.copy('/bin/true', 'capable')
try: os.setxattr('capable', 'security.capability', struct.pack('<5I', 0x2000001, 1 << 21, 0, 0, 0))
except OSError as error: held(error)
escaped('CAP_SYS_ADMIN for a file')`,
  },
  survivor(
    'survives in a session of its own',
    'sh',
    `
setsid sh -c 'trap "" TERM HUP INT; : > up; for i in $(seq 300); do sleep 1; done' "$MARK" > /dev/null 2>&1 &
until [ -e up ]; do sleep 0.02; done; held started`,
  ),
  survivor(
    'survives by a double fork',
    'python',
    `
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        null = os.open('/dev/null', os.O_RDWR)
        for fd in (0, 1, 2): os.dup2(null, fd)
        os.execvp('sh', ['sh', '-c', ': > up; for i in $(seq 300); do sleep 1; done', env['MARK']])
    os._exit(0)
while not os.path.exists('up'): time.sleep(0.02)
held('started')`,
  ),
  survivor(
    'survives as a detached child of Node',
    'node',
    `
spawn('sh', ['-c', ': > up; for i in $(seq 300); do sleep 1; done', env.MARK], { detached: true, stdio: 'ignore' }).unref()
setInterval(() => { if (fs.existsSync('up')) held('started') }, 20)`,
  ),
  survivor(
    'survives in a pid namespace of its own',
    'sh',
    `
up='trap "" TERM HUP INT; : > up; for i in $(seq 300); do sleep 1; done'
(setsid unshare -Urpf sh -c "$up" "$MARK" || setsid nohup sh -c "$up" "$MARK") > /dev/null 2>&1 &
until [ -e up ]; do sleep 0.02; done; held started`,
  ),
]
