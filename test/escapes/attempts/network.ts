import type { Attempt } from '../attempt.ts'

const udp = (family: string, address: string) => `
s = socket.socket(socket.${family}, socket.SOCK_DGRAM)
s.settimeout(5)
try:
    # Connected, so that it is told when nobody listens.
    s.connect(('${address}', int(env['UDP_PORT'])))
    s.send(b'hello')
    escaped(s.recv(200).decode())
except OSError as error: held(error)`

/** Attempts to reach what listens on the host. Each listener answers with a planted secret. */
export const NETWORK: Attempt[] = [
  {
    name: 'reaches a listener at 127.0.0.1',
    language: 'node',
    weakness: 'naked-user',
    script: `answer({ host: '127.0.0.1', port: Number(env.TCP_PORT) })`,
  },
  {
    name: 'reaches a listener at 0.0.0.0',
    language: 'node',
    weakness: 'naked-user',
    script: `answer({ host: '0.0.0.0', port: Number(env.ANY_PORT) })`,
  },
  {
    name: 'reaches a listener at 127.0.0.2',
    language: 'python',
    weakness: 'naked-user',
    script: `
try: escaped(socket.create_connection(('127.0.0.2', int(env['ANY_PORT'])), 5).recv(200).decode())
except OSError as error: held(error)`,
  },
  {
    name: 'reaches a listener at ::1',
    language: 'node',
    weakness: 'naked-user',
    needs: 'IPv6',
    script: `answer({ host: '::1', port: Number(env.TCP6_PORT) })`,
  },
  {
    name: 'reaches a listener by the mapped address ::ffff:127.0.0.1',
    language: 'python',
    weakness: 'naked-user',
    needs: 'IPv6',
    script: `
try: escaped(socket.create_connection(('::ffff:127.0.0.1', int(env['TCP_PORT'])), 5).recv(200).decode())
except OSError as error: held(error)`,
  },
  {
    name: 'reaches a listener from the shell',
    language: 'sh',
    weakness: 'naked-user',
    script: `needs bash; bash -c 'exec 8<> "/dev/tcp/127.0.0.1/$TCP_PORT" && timeout 5 head -n 1 <&8'; held tried`,
  },
  { name: 'reaches a UDP socket', language: 'python', weakness: 'naked-user', script: udp('AF_INET', '127.0.0.1') },
  {
    name: 'reaches a Unix socket by its path',
    language: 'node',
    weakness: 'naked-user',
    script: 'answer({ path: env.UNIX_SOCKET })',
  },
  {
    name: 'reaches an abstract Unix socket',
    language: 'node',
    weakness: 'naked-user',
    script: `answer({ path: '\\0' + env.ABSTRACT_SOCKET })`,
  },
  {
    name: 'reaches an abstract Unix socket from a further network namespace and back',
    language: 'python',
    weakness: 'naked-user',
    script: `
def ask():
    try:
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(5)
        s.connect('\\0' + env['ABSTRACT_SOCKET'])
        print(s.recv(200).decode(), flush=True)
    except OSError as error: print(error, flush=True)
ask()
libc.unshare(0x50000000)
ask()
held('tried')`,
  },
  {
    name: 'reaches every Unix socket that the kernel lists',
    language: 'python',
    weakness: 'naked-user',
    script: `
for line in open('/proc/net/unix').read().splitlines()[1:]:
    name = line.split()[-1]
    if env['ABSTRACT_SOCKET'] not in name and env['UNIX_SOCKET'] != name: continue
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(5)
    try:
        s.connect('\\0' + name[1:] if name.startswith('@') else name)
        print(s.recv(200).decode())
    except OSError as error: print(error)
held('tried')`,
  },
  {
    name: 'sees the listeners of the host',
    language: 'sh',
    weakness: 'naked-user',
    script:
      'cat /proc/net/tcp /proc/[0-9]*/net/tcp 2> /dev/null | grep -i ":$(printf %04X "$TCP_PORT") " && escaped seen; held "not listed"',
  },
  {
    name: 'listens to all packets',
    language: 'python',
    weakness: 'naked-root',
    provenByRootOnly: true,
    script: `
try: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
except OSError as error: held(error)
escaped('a raw socket')`,
  },
  {
    name: 'makes a network device',
    language: 'sh',
    weakness: 'rights',
    script:
      'needs ip; ip link add specproof0 type dummy && escaped made; ip link set lo down && escaped down; held refused',
  },
  {
    name: 'reaches a listener past all network namespaces (vsock)',
    language: 'python',
    weakness: 'naked-user',
    needs: 'vsock',
    script: `
try:
    s = socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)
    s.settimeout(5)
    s.connect((1, int(env['VSOCK_PORT'])))
    escaped(s.recv(200).decode())
except OSError as error: held(error)`,
  },
]
