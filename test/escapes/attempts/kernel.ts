import type { Attempt } from '../attempt.ts'

const open = (name: string, script: string, more: Partial<Attempt> = {}): Attempt => ({
  name,
  language: 'python',
  weakness: 'naked-root',
  script,
  ...more,
})

/** Attempts on devices and on what belongs to the whole machine. Whatever opens is closed again, nothing is written. */
export const KERNEL: Attempt[] = [
  open(
    'makes a device node',
    `
for kind in (0o020666, 0o060666):
    device = os.makedev(1, 3) if kind == 0o020666 else os.makedev(7, 0)
    for place in ('device', '/tmp/device', '/dev/shm/device'):
        try: os.mknod(place, kind, device)
        except OSError as error: print(error); continue
        os.unlink(place)
        escaped(place)
held('refused')`,
    { provenByRootOnly: true },
  ),
  open(
    "makes the node of the host's disk in namespaces of its own",
    `
def make():
    try: os.mknod('disk', 0o060666, os.stat('.').st_dev)
    except OSError as error: print(error); return
    os.unlink('disk')
    escaped('made')
make()
libc.unshare(0x10020000)
make()
held('refused')`,
    { provenByRootOnly: true },
  ),
  open(
    'opens the memory or the messages of the kernel',
    `
for path in ('/dev/mem', '/dev/kmsg', '/dev/port', '/proc/kcore', '/proc/kmsg'):
    if opens(path, os.O_RDONLY): escaped(path)
held('none opens')`,
    { provenByRootOnly: true },
  ),
  open(
    'opens another device',
    `
names = [os.path.join(at, name) for at, _, names in os.walk('/dev') for name in names]
known = {'/dev/null', '/dev/zero', '/dev/full', '/dev/random', '/dev/urandom', '/dev/stdin', '/dev/stdout', '/dev/stderr'}
for path in ['/dev/ptmx', '/dev/fuse', '/dev/kvm', '/dev/net/tun', '/dev/loop-control', '/dev/vsock'] + names:
    # A watchdog or a tape would notice even this.
    if path in known or path.startswith(('/dev/watchdog', '/dev/shm', '/dev/st', '/dev/nst')): continue
    if opens(path, os.O_RDWR): escaped(path)
held('none opens')`,
  ),
  open(
    'types into the terminal of whoever started the box',
    `
import fcntl, termios
try: terminal = os.open('/dev/tty', os.O_RDWR | os.O_NOCTTY)
except OSError as error: terminal = None; print(error)
if terminal is not None: escaped('opened the terminal')
for fd in range(10):
    try: fcntl.ioctl(fd, termios.TIOCSTI, b' ')
    except OSError: continue
    escaped(f'typed into {fd}')
held('refused')`,
    { weakness: 'naked-user', needs: 'terminal' },
  ),
  open(
    'opens the switch for emergencies (sysrq)',
    `
found = opens('/proc/sysrq-trigger', os.O_WRONLY)
escaped(found) if found else held('refused')`,
    { needs: 'sysrq' },
  ),
  open(
    'opens the setting for programs that crash (core_pattern)',
    `
found = opens('/proc/sys/kernel/core_pattern', os.O_WRONLY)
escaped(found) if found else held('refused')`,
    { provenByRootOnly: true },
  ),
  open(
    'opens any other setting of the kernel for writing',
    `
import re
own = re.compile('^/proc/sys/(fs/mqueue/.*|kernel/(auto_msgmni|msg[a-z_]*|sem[a-z_]*|shm[a-z_]*|ns_last_pid|pid_max))$')
for at, _, names in os.walk('/proc/sys'):
    for name in names:
        # These count for the box's own pid and IPC namespaces only, and belong to whoever made them.
        if own.search(os.path.join(at, name)): continue
        if opens(os.path.join(at, name), os.O_WRONLY): escaped(os.path.join(at, name))
held('none opens')`,
  ),
  open(
    'opens any file of /sys for writing',
    `
count = 0
for at, dirs, names in os.walk('/sys'):
    if at.count('/') > 4: dirs.clear()
    for name in names:
        count += 1
        if name not in ('trigger', 'bind', 'unbind') and opens(os.path.join(at, name), os.O_WRONLY): escaped(os.path.join(at, name))
held(f'none of {count} opens')`,
    { provenByRootOnly: true },
  ),
  open(
    'opens other controls in /proc for writing',
    `
for path in ('/proc/acpi/wakeup', '/proc/irq/default_smp_affinity', '/proc/mtrr', '/proc/timer_stats', '/proc/kpagecount'):
    if os.path.isfile(path) and opens(path, os.O_WRONLY): escaped(path)
held('none opens')`,
    { provenByRootOnly: true },
  ),
  open(
    'sets the clock',
    `
# To what it is already: a hole does no harm.
try: time.clock_settime(time.CLOCK_REALTIME, time.clock_gettime(time.CLOCK_REALTIME))
except OSError as error: held(error)
escaped('set')`,
    { provenByRootOnly: true },
  ),
  open(
    'renames the machine',
    `
for set_name in (libc.sethostname, libc.setdomainname):
    set_name(mark, len(mark))
held(os.uname().nodename)`,
  ),
  open(
    'lists what other programs gave the kernel to run (bpf)',
    `
request = ctypes.create_string_buffer(struct.pack('<III', 0, 0, 0) + bytes(120))
result, code = call(nr(321, 280), 11, request, 128)
if code == errno.ENOSYS: missing('bpf is not in this kernel')
if result >= 0 or code == errno.ENOENT: escaped('the list')
held(errno.errorcode.get(code))`,
    { provenByRootOnly: true },
  ),
  open(
    'watches the whole machine by perf_event_open',
    `
event = ctypes.create_string_buffer(struct.pack('<IIQQ', 1, 112, 0, 0) + bytes(88))
refused(call(nr(298, 241), event, -1, 0, -1, 0), 'perf_event_open')`,
    { provenByRootOnly: true },
  ),
  open(
    'watches a process of the host by perf_event_open',
    `
event = ctypes.create_string_buffer(struct.pack('<IIQQ', 1, 112, 1, 0) + bytes(88))
refused(call(nr(298, 241), event, victim, -1, -1, 0), 'perf_event_open')`,
    { victim: true, provenByRootOnly: true },
  ),
  open(
    'reads the messages of the kernel by syslog',
    `
data = ctypes.create_string_buffer(400)
size, code = call(nr(103, 116), 3, data, 400)
if size < 0: held(errno.errorcode.get(code))
escaped('messages of the kernel')`,
    { provenByRootOnly: true, needs: 'closed kernel log' },
  ),
  open(
    'loads a module into the kernel',
    `
# With no file behind it, only who may load modules gets as far as being told so.
result, code = call(nr(313, 273), -1, b'', 0)
if code == errno.ENOSYS: missing('this kernel has no modules')
held('EPERM') if code == errno.EPERM else escaped(errno.errorcode.get(code))`,
    { provenByRootOnly: true },
  ),
  open(
    'watches all files of the machine by fanotify',
    `
result, code = call(nr(300, 262), 4, 0)
if code == errno.ENOSYS: missing('fanotify is not in this kernel')
if result < 0: held(errno.errorcode.get(code))
escaped('a privileged group')`,
    { provenByRootOnly: true },
  ),
  open(
    'raises its own limits',
    `
import resource
for limit in (resource.RLIMIT_FSIZE, resource.RLIMIT_CPU, resource.RLIMIT_CORE):
    soft, hard = resource.getrlimit(limit)
    try: resource.setrlimit(limit, (soft, resource.RLIM_INFINITY))
    except (OSError, ValueError) as error: print(error); continue
    escaped(f'limit {limit} of {hard}')
held('refused')`,
  ),
]
