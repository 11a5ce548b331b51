import type { Attempt } from '../attempt.ts'

const shows = (name: string, script: string, more: Partial<Attempt> = {}): Attempt => ({
  name,
  language: 'sh',
  weakness: 'naked-user',
  script: `${script}\nheld tried`,
  ...more,
})

/** Attempts to read what was planted on the host. Nothing of it is known inside: seeing it is proof. */
export const SECRETS: Attempt[] = [
  shows(
    "reads the tool's own folder in the checkout",
    'cat "$ROOT/.agent/secret" "$ROOT/./../$(basename "$ROOT")/.agent/secret"',
  ),
  shows("reads the repository's configuration", 'cat "$ROOT/.git/config"'),
  shows('reads an untracked file of the checkout', 'cat "$ROOT/untracked.env"'),
  shows('reads the home folder', 'cat "$VICTIM_HOME/.ssh/id" "$VICTIM_HOME/.npmrc"'),
  shows('searches all folders around the checkout', 'grep -rsoh "$PATTERN" "$(dirname "$ROOT")"'),
  shows('reads /dev/shm', 'grep -rsoh "$PATTERN" /dev/shm'),
  shows('reads the environment of a process of the host', 'tr "\\0" "\\n" < /proc/$VICTIM/environ', { victim: true }),
  shows(
    'reads the environment of every process',
    'for f in /proc/[0-9]*/environ /proc/[0-9]*/task/*/environ; do grep -aoh "$PATTERN" $f; done',
    { victim: true },
  ),
  shows(
    'reads the environment of whoever started the box',
    'grep -aoh "$PARENT_PATTERN" /proc/$PPID/environ /proc/1/environ /proc/[0-9]*/environ',
    { weakness: 'naked-root' },
  ),
  shows('goes through the root of every process', 'cat /proc/[0-9]*/root"$OUTSIDE/secret"', { victim: true }),
  shows('goes through the working folder of every process', 'cat /proc/[0-9]*/cwd/.ssh/id', { victim: true }),
  shows(
    'reads the open files of every process',
    'timeout 2 cat /proc/$VICTIM/fd/0; for f in /proc/[0-9]*/fd/0; do [ -f $f ] && cat $f; done',
    {
      victim: true,
    },
  ),
  shows(
    'finds its way up from its own open files',
    'exec 9< .; for up in .. ../.. ../../..; do for from in cwd fd/9 fd/0 fd/1 fd/2; do cat "/proc/self/$from/$up/$(basename "$OUTSIDE")/secret" "/proc/$PPID/$from/$up/$(basename "$OUTSIDE")/secret"; done; done',
    {
      weakness: 'naked-user',
    },
  ),
  {
    name: 'reads the memory of a process of the host',
    language: 'python',
    weakness: 'naked-root',
    victim: true,
    script: `
class Part(ctypes.Structure): _fields_ = [('at', ctypes.c_void_p), ('size', ctypes.c_size_t)]
try:
    stack = next(line for line in open(f'/proc/{victim}/maps') if '[stack]' in line)
    low, high = (int(part, 16) for part in stack.split()[0].split('-'))
except (OSError, StopIteration) as error: held(error)
data = ctypes.create_string_buffer(high - low)
local, remote = Part(ctypes.addressof(data), high - low), Part(low, high - low)
libc.process_vm_readv(victim, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0)
for word in data.raw.split(b'\\0'):
    if env['PATTERN'][:14].encode() in word: print(word.decode(errors='replace'))
held('tried')`,
  },
  {
    name: 'opens a planted file by its handle',
    language: 'python',
    weakness: 'naked-root',
    provenByRootOnly: true,
    needs: 'file handles',
    script: `
handle = bytes.fromhex(env['FILE_HANDLE'])
mount = os.open('.', os.O_RDONLY)
buffer = ctypes.create_string_buffer(handle, len(handle))
fd, code = call(nr(304, 265), mount, buffer, os.O_RDONLY)
if fd < 0: held(errno.errorcode.get(code))
escaped(os.read(fd, 200).decode())`,
  },
  {
    name: 'opens a planted file by io_uring',
    language: 'python',
    weakness: 'naked-user',
    needs: 'io_uring',
    script: `
import mmap
params = ctypes.create_string_buffer(120)
ring, code = call(nr(425, 425), 4, params)
if ring < 0: held(errno.errorcode.get(code))
sq = struct.unpack_from('<10I', params.raw, 40)
cq = struct.unpack_from('<10I', params.raw, 80)
size = max(sq[6] + 4 * 4, cq[5] + 16 * 8)
rings = mmap.mmap(ring, size, offset=0)
completions = mmap.mmap(ring, cq[5] + 16 * 8, offset=0x8000000)
entries = mmap.mmap(ring, 64 * 4, offset=0x10000000)
path = ctypes.create_string_buffer((env['OUTSIDE'] + '/secret').encode())
entries[0:64] = struct.pack('<BBHiQQIIQ24x', 18, 0, 0, -100, 0, ctypes.addressof(path), 0, 0, 7)
rings[sq[6]:sq[6] + 4] = struct.pack('<I', 0)
rings[sq[1]:sq[1] + 4] = struct.pack('<I', 1)
call(nr(426, 426), ring, 1, 1, 1, 0, 0)
result = struct.unpack_from('<i', completions, cq[5] + 8)[0]
if result < 0: held(errno.errorcode.get(-result))
escaped(os.read(result, 200).decode())`,
  },
  {
    name: 'reads a key that the caller of this program holds',
    language: 'python',
    weakness: 'naked-user',
    needs: 'session key',
    script: `
for keyring in (-1, -2, -3, -4, -5):
    key, code = call(nr(250, 219), 10, keyring, b'user', env['SESSION_KEY'].encode(), 0)
    print(keyring, errno.errorcode.get(code))
    data = ctypes.create_string_buffer(200)
    if key > 0 and call(nr(250, 219), 11, key, data, 200)[0] > 0: escaped(data.value.decode())
held('refused')`,
  },
  {
    name: 'reads a key by its number',
    language: 'python',
    weakness: 'naked-user',
    needs: 'session key',
    script: `
data = ctypes.create_string_buffer(200)
size, code = call(nr(250, 219), 11, int(env['SESSION_KEY_NUMBER']), data, 200)
if size > 0: escaped(data.value.decode())
held(errno.errorcode.get(code))`,
  },
  {
    name: 'reads a key that all processes of its user share',
    language: 'python',
    weakness: 'naked-user',
    needs: 'user key',
    script: `
for keyring in (-4, -5):
    call(nr(250, 219), 8, keyring, -2)
    key, code = call(nr(250, 219), 10, -2, b'user', env['USER_KEY'].encode(), 0)
    data = ctypes.create_string_buffer(200)
    if key > 0 and call(nr(250, 219), 11, key, data, 200)[0] > 0: escaped(data.value.decode())
held(errno.errorcode.get(code))`,
  },
  {
    name: 'attaches shared memory of the host',
    language: 'python',
    weakness: 'naked-user',
    needs: 'shared memory',
    script: `
libc.shmat.restype = ctypes.c_void_p
at = libc.shmat(int(env['SHARED_MEMORY']), None, 0o10000)
if at in (None, ctypes.c_void_p(-1).value): held(errno.errorcode.get(ctypes.get_errno()))
escaped(ctypes.string_at(at, 60).split(b'\\0')[0].decode())`,
  },
]
