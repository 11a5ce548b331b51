import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** What only a program with system calls of its own can plant; each is left out where the machine has no such thing. */
export interface HelperReport {
  userKey: boolean
  sharedMemory: number | null
  vsockPort: number | null
  ioUring: boolean
  /** In hexadecimal digits. */
  fileHandle: string | null
}

const SCRIPT = `
import ctypes, json, os, platform, socket, struct, sys, threading
libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
secret, name, path = sys.argv[1].encode(), sys.argv[2].encode(), sys.argv[3].encode()
column = {'x86_64': 0, 'aarch64': 1}.get(platform.machine())
def call(number, *args):
    return -1 if column is None else libc.syscall(number[column], *args)
def vsock():
    try:
        server = socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)
        server.bind((0xffffffff, 0xffffffff))
        server.listen()
        def serve():
            while True:
                peer = server.accept()[0]
                peer.sendall(secret)
                peer.close()
        threading.Thread(target=serve, daemon=True).start()
        port = server.getsockname()[1]
        client = socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)
        client.settimeout(1)
        client.connect((1, port))
        return port
    except (OSError, AttributeError, OverflowError): return None
def handle():
    buffer = ctypes.create_string_buffer(struct.pack('Ii', 128, 0) + bytes(128))
    mount = ctypes.c_int()
    if call((303, 264), -100, path, buffer, ctypes.byref(mount), 0) != 0: return None
    return buffer.raw[:8 + struct.unpack_from('I', buffer.raw)[0]].hex()
memory = libc.shmget(0, 4096, 0o1600)
if memory >= 0:
    at = libc.shmat(memory, None, 0)
    ctypes.memmove(at, secret + b'\\0', len(secret) + 1)
ring = call((425, 425), 4, ctypes.create_string_buffer(120))
key = call((248, 217), b'user', name, secret, len(secret), -4)
print(json.dumps({'userKey': key > 0, 'sharedMemory': memory if memory >= 0 else None, 'vsockPort': vsock(),
                  'ioUring': ring >= 0, 'fileHandle': handle()}), flush=True)
sys.stdin.read()
if memory >= 0: libc.shmctl(memory, 0, None)
if key > 0: call((250, 219), 9, key, -4)
`

/** Runs \`argv\` after its first three arguments: a session of keys that holds one with a secret, for all its children. */
export const WITH_SESSION_KEY = `
import ctypes, os, platform, sys
libc = ctypes.CDLL(None)
column = {'x86_64': 0, 'aarch64': 1}.get(platform.machine())
key = 0
if column is not None and libc.syscall((250, 219)[column], 1, None) > 0:
    secret = os.environ['ESCAPE_SECRET'].encode()
    key = libc.syscall((248, 217)[column], b'user', b'specproof-session', secret, len(secret), -3)
os.environ['ESCAPE_KEY'] = str(max(key, 0))
os.execvp(sys.argv[1], sys.argv[1:])
`

/** Starts the helper as the user of the payload. Null where there is no Python; `end` takes everything away again. */
export async function startHelper(
  secret: string,
  name: string,
  path: string,
  as: { uid?: number; gid?: number },
): Promise<{ report: HelperReport; end(): Promise<void> } | null> {
  const child = spawn('/usr/bin/python3', ['-c', SCRIPT, secret, name, path], {
    ...as,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const started = await Promise.race([once(child, 'spawn').then(() => true), once(child, 'error').then(() => false)])
  if (!started) return null
  const ended = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  const line = await Promise.race([once(lines, 'line').then(([text]) => text as string), ended.then(() => null)])
  if (line === null) return null
  const end = async () => {
    child.stdin.end()
    await ended
  }
  return { report: JSON.parse(line) as HelperReport, end }
}
