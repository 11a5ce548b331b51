/** Which way of being no box an attempt must get through, so that its own check is known to find a hole. */
export type Weakness =
  /** No isolation at all, as the user whom every box makes of the payload. */
  | 'naked-user'
  /** No isolation at all, with every right. */
  | 'naked-root'
  /** All namespaces and mounts of a real box, but no right is given up before the payload starts. */
  | 'rights'

export type Language = 'sh' | 'node' | 'python'

/**
 * One thing that untrusted code could try. It ends with 10 when it got through by its own judgement, with 0 when it was
 * refused, with 77 when something it needs is missing; any other end is a mistake of the attempt. Whatever it says
 * itself, it got through as well when a planted secret is in its output, when its MARK is found in a place of the host,
 * when a process with its MARK outlives the box, or when its VICTIM is not as it was.
 *
 * Variables: see `baitVariables`; in addition MARK, a word of its own, and VICTIM, the pid of a process of its own.
 */
export interface Attempt {
  name: string
  language: Language
  script: string
  weakness: Weakness
  /** Gets a process on the host as its target. */
  victim?: true
  /** Only a root of the whole machine can be shown to get through. */
  provenByRootOnly?: true
  /** Name of something planted that is not possible on every machine. */
  needs?: string
  /** Why no box stops it yet, where the machine has what it needs. It is told as such and never as held. */
  knownHole?: string
  /** Runs in a box of its own, as it may kill or exhaust the others. */
  alone?: Alone
}

export interface Alone {
  /** Runs in a second box on the same tree after the first has ended. */
  next?: string
  /** The second box mounts the dependencies at this path in the root as well. */
  nextMount?: string
  /** It is started as a service beside an empty command; a shell command that succeeds when it has done its work. */
  service?: string
  /** The run may end by the limit it was made for, without a word. */
  mayBeStopped?: true
  /** Tells from the run and its tree whether it got through. */
  gotThrough?: 'too much output' | 'a file too large' | 'edited the tree after the end'
}

/** Where the limits of the runs in a box of their own are, and how far the attempts go beyond. */
export const SMALL = {
  processes: 60,
  triedProcesses: 90,
  fileBytes: 1_000_000,
  tmpBytes: 2_000_000,
  outputBytes: 100_000,
  memoryBytes: 60_000_000,
}

const PYTHON_PRELUDE = `
import ctypes, errno, os, socket, struct, sys, time
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
env = os.environ
mark = env['MARK'].encode()
victim = int(env.get('VICTIM', '0'))
def escaped(why): print(why, flush=True); os._exit(10)
def held(why): print(why, flush=True); os._exit(0)
def missing(why): print(why, flush=True); os._exit(77)
column = {'x86_64': 0, 'aarch64': 1}.get(os.uname().machine)
def nr(*numbers):
    if column is None: missing('the numbers of system calls are not known for ' + os.uname().machine)
    return numbers[column]
def call(number, *args):
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in args])
    return result, ctypes.get_errno()
def refused(result_and_errno, what):
    result, code = result_and_errno
    if code == errno.ENOSYS: missing(what + ' is not in this kernel')
    if result >= 0: escaped(what)
    held(what + ': ' + errno.errorcode.get(code, str(code)))
def opens(path, flags):
    try: fd = os.open(path, flags | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error: return None
    os.close(fd)
    return path
`

const NODE_PRELUDE = `
const fs = require('node:fs'), net = require('node:net'), os = require('node:os'), path = require('node:path')
const { spawn, spawnSync } = require('node:child_process')
const env = process.env
const end = (code) => (why) => { fs.writeSync(1, String(why) + '\\n'); process.exit(code) }
const escaped = end(10), held = end(0)
const attempt = (action) => { try { return String(action()) } catch (error) { return String(error.code || error.message) } }
const answer = (options) => {
  const socket = net.connect(options)
  socket.setTimeout(5000, () => held('no answer'))
  socket.on('data', (data) => escaped(data)).on('error', (error) => held(error.code || error.message))
}
`

const SHELL_PRELUDE = `
escaped() { echo "$*"; exit 10; }
held() { echo "$*"; exit 0; }
missing() { echo "$*"; exit 77; }
needs() { command -v "$1" > /dev/null || missing "$1 is not installed"; }
`

/** The command line of a script in its language, with the few words that all scripts share. */
export function commandOf(language: Language, script: string, node: string): string[] {
  if (language === 'sh') return ['sh', '-c', `${SHELL_PRELUDE}\n${script}`]
  if (language === 'node') return [node, '-e', NODE_PRELUDE + script]
  return ['python3', '-I', '-S', '-c', PYTHON_PRELUDE + script]
}
