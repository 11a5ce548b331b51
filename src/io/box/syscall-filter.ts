import { existsSync } from 'node:fs'

/** Architectures for which the numbers of system calls are known here. */
export type KnownArchitecture = 'x64' | 'arm64'

/** AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64: what the kernel says of a call that is made in the native way. */
const AUDIT: Record<KnownArchitecture, number> = { x64: 0xc000003e, arm64: 0xc00000b7 }

/**
 * Refused as a whole. Keys go by session and user, which no namespace parts; a ring makes sockets past this filter; the
 * rest looks at or changes the machine and not the box, and is only ever needed by those who may.
 */
const REFUSED: Record<KnownArchitecture, Record<string, number>> = {
  x64: {
    ...{ add_key: 248, request_key: 249, keyctl: 250 },
    ...{ io_uring_setup: 425, io_uring_enter: 426, io_uring_register: 427 },
    ...{ bpf: 321, perf_event_open: 298, userfaultfd: 323, open_by_handle_at: 304 },
    ...{ kexec_load: 246, kexec_file_load: 320, init_module: 175, finit_module: 313, delete_module: 176 },
  },
  arm64: {
    ...{ add_key: 217, request_key: 218, keyctl: 219 },
    ...{ io_uring_setup: 425, io_uring_enter: 426, io_uring_register: 427 },
    ...{ bpf: 280, perf_event_open: 241, userfaultfd: 282, open_by_handle_at: 265 },
    ...{ kexec_load: 104, kexec_file_load: 294, init_module: 105, finit_module: 273, delete_module: 106 },
  },
}

const SOCKET: Record<KnownArchitecture, number> = { x64: 41, arm64: 198 }
/** AF_UNSPEC, AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET: those that a network namespace parts, and no vsock. */
const FAMILIES = [0, 1, 2, 10, 16, 17]
const IOCTL: Record<KnownArchitecture, number> = { x64: 16, arm64: 29 }
/** TIOCSTI and TIOCLINUX put characters into a terminal as if its user had typed them. */
const TYPING = [0x5412, 0x541c]

/** The calls of the other tables that one processor understands: x32 has this bit, and -1 is no call at all. */
const X32_BIT = 0x40000000

const LOAD = 0x20
const EQUAL = 0x15
const AT_LEAST = 0x35
const RETURN = 0x06
const ALLOW = 0x7fff0000
const KILL_PROCESS = 0x80000000
const error = (number: number) => 0x00050000 | number
const [EPERM, ENOSYS, EAFNOSUPPORT] = [1, 38, 97]

/** Offsets in struct seccomp_data; of an argument the low half, which is all that these calls look at. */
const NUMBER_AT = 0
const ARCHITECTURE_AT = 4
const argumentAt = (index: number) => 16 + 8 * index

type Instruction = [code: number, ifTrue: number, ifFalse: number, operand: number]

const load = (offset: number): Instruction => [LOAD, 0, 0, offset]
const give = (action: number): Instruction => [RETURN, 0, 0, action]
/** What follows is done only for this value; `length` instructions are skipped for any other. */
const unlessThenSkip = (value: number, length: number): Instruction => [EQUAL, 0, length, value]
const on = (value: number, action: number): Instruction[] => [unlessThenSkip(value, 1), give(action)]

/** For one call: what its argument decides. Ends the program. */
function byArgument(number: number, index: number, rest: Instruction[]): Instruction[] {
  const body = [load(argumentAt(index)), ...rest]
  return [unlessThenSkip(number, body.length), ...body]
}

function program(architecture: KnownArchitecture): Instruction[] {
  const x32: Instruction[] = [[AT_LEAST, 0, 1, X32_BIT], give(error(ENOSYS))]
  return [
    load(ARCHITECTURE_AT),
    [EQUAL, 1, 0, AUDIT[architecture]],
    // 32-bit programs: other numbers, and one call that makes any socket with its arguments out of sight.
    give(KILL_PROCESS),
    load(NUMBER_AT),
    ...(architecture === 'x64' ? x32 : []),
    ...Object.values(REFUSED[architecture]).flatMap((number) => on(number, error(EPERM))),
    ...byArgument(SOCKET[architecture], 0, [
      ...FAMILIES.flatMap((family) => on(family, ALLOW)),
      give(error(EAFNOSUPPORT)),
    ]),
    ...byArgument(IOCTL[architecture], 1, [...TYPING.flatMap((request) => on(request, error(EPERM))), give(ALLOW)]),
    give(ALLOW),
  ]
}

export function isKnown(architecture: string): architecture is KnownArchitecture {
  return architecture === 'x64' || architecture === 'arm64'
}

/**
 * The seccomp program (struct sock_filter, little-endian, 8 bytes each) under which the payload runs. It closes what
 * namespaces leave open: keys, vsock, other rare socket families, rings, typing into a terminal, and calls of another
 * architecture. Refused calls fail with EPERM, sockets with EAFNOSUPPORT; a call of another architecture kills.
 */
export function syscallFilter(architecture: KnownArchitecture): Buffer {
  const instructions = program(architecture)
  const bytes = Buffer.alloc(8 * instructions.length)
  for (const [index, [code, ifTrue, ifFalse, operand]] of instructions.entries()) {
    bytes.writeUInt16LE(code, 8 * index)
    bytes.writeUInt8(ifTrue, 8 * index + 2)
    bytes.writeUInt8(ifFalse, 8 * index + 3)
    bytes.writeUInt32LE(operand >>> 0, 8 * index + 4)
  }
  return bytes
}

/** The filter for this machine; null where the kernel has none or the architecture's numbers are not known. */
export function filterHere(architecture: string = process.arch): Buffer | null {
  const supported = existsSync('/proc/sys/kernel/seccomp/actions_avail')
  return supported && isKnown(architecture) ? syscallFilter(architecture) : null
}
