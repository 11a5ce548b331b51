import { type Attempt, SMALL } from '../attempt.ts'

const writes = (name: string, language: Attempt['language'], script: string, more: Partial<Attempt> = {}): Attempt => ({
  name,
  language,
  script,
  weakness: 'naked-user',
  ...more,
})

/** Attempts to write what is not its own, to leave something for the next run, and to take more than its share. */
export const TREE: Attempt[] = [
  writes(
    'writes into the checkout beside the tree',
    'sh',
    'for f in "$ROOT/../repository/untracked.env" "$OUTSIDE/file"; do echo "$MARK" >> "$f"; done; held tried',
  ),
  writes(
    'writes to a file outside through a symbolic link',
    'sh',
    'ln -s "$OUTSIDE/file" leads-out; echo "$MARK" >> leads-out; held tried',
  ),
  writes(
    'writes to a file outside through a hard link',
    'python',
    `
for target in (env['OUTSIDE'] + '/file', env['CACHE'] + '/package', env['MODULES'] + '/package.js', env['TOOLS'] + '/tool'):
    link = 'linked-' + os.path.basename(target)
    try:
        os.link(target, link)
        with open(link, 'ab') as file: file.write(mark)
    except OSError as error: print(error)
held('tried')`,
  ),
  writes(
    'moves a folder of the host into the tree',
    'node',
    `
for (const from of [env.OUTSIDE + '/movable', env.MODULES + '/movable'])
  console.log(attempt(() => { fs.renameSync(from, 'moved'); fs.writeFileSync('moved/' + env.MARK, ''); fs.renameSync('moved', from) }))
held('tried')`,
  ),
  writes(
    'writes the configuration of the repository',
    'sh',
    'needs git; git config -f "$ROOT/.git/config" core.fsmonitor "$MARK"; echo "$MARK" >> "$ROOT/.git/config"; held tried',
  ),
  writes(
    'adds a hook to the repository',
    'node',
    `
for (const file of ['hooks/post-checkout', 'objects/' + env.MARK, 'HEAD']) console.log(attempt(() => fs.writeFileSync(env.ROOT + '/.git/' + file, env.MARK)))
held('tried')`,
  ),
  writes(
    'replaces the repository by another one',
    'sh',
    `
mv "$ROOT/.git" "$ROOT/.git-away" && mv "$ROOT/.git-away" "$ROOT/.git" && escaped moved
held tried`,
  ),
  writes(
    'poisons the dependencies for the next attempt',
    'node',
    `
console.log(attempt(() => fs.appendFileSync(env.MODULES + '/package.js', env.MARK)))
console.log(attempt(() => fs.writeFileSync(env.MODULES + '/new.js', env.MARK)))
held('tried')`,
  ),
  writes(
    'poisons a shared cache for the next attempt',
    'python',
    `
for change in (lambda: open(env['CACHE'] + '/package', 'ab').write(mark), lambda: open(env['CACHE'] + '/new', 'ab').write(mark),
               lambda: os.symlink('/' + env['MARK'], env['CACHE'] + '/' + env['MARK']), lambda: os.rename(env['CACHE'] + '/movable', env['CACHE'] + '/' + env['MARK'])):
    try: change()
    except OSError as error: print(error)
held('tried')`,
  ),
  writes(
    'changes times and rights in a shared cache',
    'python',
    `
for change in (lambda: os.utime(env['CACHE'] + '/package', (1, 1)), lambda: os.chmod(env['CACHE'] + '/package', 0o777),
               lambda: os.setxattr(env['CACHE'] + '/package', 'user.mark', mark)):
    try: change()
    except OSError as error: print(error); continue
    escaped('changed')
held('refused')`,
  ),
  writes(
    'replaces a tool that the host runs',
    'sh',
    'printf "#!/bin/sh\\n# %s\\n" "$MARK" > "$TOOLS/tool"; cp /bin/true "$TOOLS/$MARK"; held tried',
  ),
  writes(
    'puts a program before those of the system',
    'sh',
    `
IFS=:
for dir in $PATH /etc /etc/profile.d /usr/lib /lib64; do [ -w "$dir" ] && escaped "$dir is writable"; done
held none`,
    { weakness: 'naked-root', provenByRootOnly: true },
  ),
  writes(
    'plants variables for the program that made the box',
    'sh',
    `
for file in "$ROOT/.npmrc" "$ROOT/.env"; do printf 'LD_PRELOAD=/tmp/%s.so\\nnode-options=--require /tmp/%s\\n' "$MARK" "$MARK" > "$file"; done
echo "export LD_PRELOAD=$MARK" >> "$VICTIM_HOME/.profile"; held tried`,
  ),
  writes(
    'leaves something in the scratch folders for the next run',
    'sh',
    `
echo tried; for dir in /tmp /dev/shm /var/tmp "$HOME" "$HOME/.cache" "$HOME/.npm"; do mkdir -p "$dir"; echo left > "$dir/$MARK"; done; held done`,
    {
      alone: {
        next: 'found=no; for dir in /tmp /dev/shm /var/tmp "$HOME"; do [ -e "$dir/$MARK" ] && { rm -f "$dir/$MARK"; found=yes; }; done; [ $found = yes ] && escaped found; held "nothing there"',
      },
    },
  ),
  writes('leads the next mount out of the tree by a symbolic link', 'sh', 'ln -s "$OUTSIDE" swapped && held swapped', {
    alone: { next: 'held "mounted"', nextMount: 'swapped/new-folder', mayBeStopped: true },
  }),
  writes(
    'edits the tree after the run has ended',
    'sh',
    `
setsid sh -c 'echo up > up; for i in $(seq 400); do [ -e ended ] && echo late > late.txt; sleep 0.05; done' "$MARK" > /dev/null 2>&1 &
until [ -e up ]; do sleep 0.02; done; held started`,
    { alone: { gotThrough: 'edited the tree after the end' } },
  ),
  writes(
    'writes one huge file',
    'python',
    `
print('tried', flush=True)
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
size = ${SMALL.fileBytes * 3}
fd = os.open('huge', os.O_RDWR | os.O_CREAT)
for way in (lambda: os.ftruncate(fd, size), lambda: os.posix_fallocate(fd, 0, size), lambda: os.pwrite(fd, b'x', size), lambda: os.write(fd, b'x' * size)):
    try: way()
    except OSError as error: print(error)
held('tried')`,
    { alone: { gotThrough: 'a file too large', mayBeStopped: true } },
  ),
  ...[
    ['/tmp', '/tmp'],
    ['the home folder', '$HOME'],
    ['/dev/shm', '/dev/shm'],
  ].map(([name, dir]) =>
    writes(
      `fills ${name}`,
      'sh',
      `
echo tried; mkdir -p "${dir}/$MARK"; for i in 1 2 3 4 5 6 7 8; do head -c 600000 /dev/zero > "${dir}/$MARK/$i"; done
size=$(du -sb "${dir}/$MARK" | cut -f1); rm -rf "${dir}/$MARK"
[ "$size" -gt ${SMALL.tmpBytes + 200_000} ] && escaped "$size bytes"; held "$size bytes"`,
      { alone: {} },
    ),
  ),
  writes(
    'fills /tmp with empty files',
    'sh',
    `
echo tried; mkdir -p "/tmp/$MARK"; cd "/tmp/$MARK"; seq 1 14000 | xargs touch 2> /dev/null; count=$(ls -f | wc -l); cd /; rm -rf "/tmp/$MARK"
[ "$count" -gt 13900 ] && escaped "$count files"; held "$count files"`,
    { alone: {} },
  ),
  writes(
    'prints without end',
    'node',
    `
process.stdout.write('tried\\n')
const text = 'x'.repeat(20000); let left = 20
const more = () => { while (left-- > 0) if (!process.stdout.write(text)) return process.stdout.once('drain', more); held('') }
more()`,
    { alone: { gotThrough: 'too much output', mayBeStopped: true } },
  ),
  ...(
    [
      ['starts too many processes', '0'],
      ['starts too many processes in a user namespace of its own', '0x10000000'],
    ] as const
  ).map(([name, flags]) =>
    writes(
      name,
      'python',
      `
print('tried', flush=True)
import signal
libc.unshare(${flags})
children = []
for _ in range(${SMALL.triedProcesses}):
    try: pid = os.fork()
    except OSError as error: print(error); break
    if pid == 0: time.sleep(20); os._exit(0)
    children.append(pid)
for pid in children: os.kill(pid, signal.SIGKILL)
escaped(f'{len(children)} at once') if len(children) > ${SMALL.processes + 5} else held(f'{len(children)} at once')`,
      { alone: { mayBeStopped: true } },
    ),
  ),
  writes(
    'takes too much memory',
    'python',
    `
print('tried', flush=True)
data = bytearray(${SMALL.memoryBytes * 2})
for at in range(0, len(data), 4096): data[at] = 1
escaped(f'{len(data)} bytes')`,
    { needs: 'memory group', alone: { mayBeStopped: true } },
  ),
]
