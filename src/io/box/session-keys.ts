import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import { SYSTEM_BINS } from './system.ts'

/** KEYCTL_JOIN_SESSION_KEYRING with no name makes a new one; its number is the same in all tables that are not x86's. */
const JOIN = 1
const NUMBERS: Partial<Record<NodeJS.Architecture, number>> = { x64: 250, arm64: 219, riscv64: 219, loong64: 219 }
/** Where the kernel has no keys (ENOSYS) or nobody may use them (EPERM), there is nothing to give up. */
const NO_KEYS = [38, 1]

async function find(program: string, dirs: string[]): Promise<string | null> {
  for (const dir of dirs) {
    const path = join(dir, program)
    const usable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (usable) return path
  }
  return null
}

/**
 * The start of a command line that leaves the caller's session keyring for an empty one. No namespace parts keys that a
 * process inherits, and no common program does only this, so Perl or Python makes the system call. Null where neither
 * is installed in `dirs`, or the call's number is not known.
 */
export async function leaveSessionKeys(
  architecture: NodeJS.Architecture = process.arch,
  dirs: string[] = SYSTEM_BINS,
): Promise<string[] | null> {
  const number = NUMBERS[architecture]
  if (number === undefined) return null
  const [perl, python] = [await find('perl', dirs), await find('python3', dirs)]
  if (perl !== null) {
    const join = `syscall(${number}, ${JOIN}, 0) >= 0 || grep { $! + 0 == $_ } ${NO_KEYS.join(', ')} or die "keys: $!\\n"`
    return [perl, '-e', `${join}; exec { $ARGV[0] } @ARGV or die "$ARGV[0]: $!\\n"`]
  }
  if (python === null) return null
  const script = [
    'import ctypes, os, sys',
    'libc = ctypes.CDLL(None, use_errno=True)',
    `if libc.syscall(${number}, ${JOIN}, None) < 0 and ctypes.get_errno() not in (${NO_KEYS.join(', ')}):`,
    '    sys.exit("keys: " + os.strerror(ctypes.get_errno()))',
    'os.execvp(sys.argv[1], sys.argv[1:])',
  ]
  return [python, '-I', '-S', '-c', script.join('\n')]
}
