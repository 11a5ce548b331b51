import fc from 'fast-check'
import { expect, it } from 'vitest'
import { filterHere, type KnownArchitecture, syscallFilter } from '../../../src/io/box/syscall-filter.ts'

const [ALLOW, KILL, EPERM, ENOSYS, EAFNOSUPPORT] = [0x7fff0000, 0x80000000, 0x50001, 0x50026, 0x50061]

interface Call {
  audit: number
  number: number
  args: bigint[]
}

/** Runs a filter as the kernel does, as far as ours go; throws where the kernel would not take it. */
function decide(filter: Buffer, { audit, number, args }: Call): number {
  const data = Buffer.alloc(64)
  data.writeInt32LE(number | 0, 0)
  data.writeUInt32LE(audit, 4)
  for (const [index, arg] of args.entries()) data.writeBigUInt64LE(BigInt.asUintN(64, arg), 16 + 8 * index)
  let loaded = 0
  for (let at = 0; at < filter.length; at += 8) {
    const [code, ifTrue, ifFalse] = [filter.readUInt16LE(at), filter.readUInt8(at + 2), filter.readUInt8(at + 3)]
    const operand = filter.readUInt32LE(at + 4)
    if (code === 0x06) return operand
    if (code === 0x20) loaded = data.readUInt32LE(operand)
    else if (code === 0x15) at += 8 * (loaded === operand ? ifTrue : ifFalse)
    else if (code === 0x35) at += 8 * (loaded >= operand ? ifTrue : ifFalse)
    else throw new Error(`no such instruction: ${code}`)
  }
  throw new Error('it ends without a word')
}

const NATIVE = {
  x64: { audit: 0xc000003e, socket: 41, ioctl: 16, keyctl: 250, refused: [248, 249, 250, 425, 426, 427, 321] },
  arm64: { audit: 0xc00000b7, socket: 198, ioctl: 29, keyctl: 219, refused: [217, 218, 219, 425, 426, 427, 280] },
}

for (const architecture of ['x64', 'arm64'] satisfies KnownArchitecture[]) {
  const filter = syscallFilter(architecture)
  const native = NATIVE[architecture]
  const call = (number: number, ...args: number[]) =>
    decide(filter, { audit: native.audit, number, args: args.map(BigInt) })

  it(`refuses keys, rings and bpf on ${architecture}`, () => {
    expect(native.refused.map((number) => call(number))).toEqual(native.refused.map(() => EPERM))
  })

  it(`lets sockets of the common families through on ${architecture}, and no other, whatever the high half says`, () => {
    for (const family of [1, 2, 10, 16]) expect(call(native.socket, family, 1)).toBe(ALLOW)
    const high = fc.bigInt({ min: 0n, max: 2n ** 32n - 1n })
    fc.assert(
      fc.property(high, fc.integer({ min: 18, max: 2 ** 31 - 1 }), (upper, family) => {
        const args = [(upper << 32n) | BigInt(family), 1n]
        expect(decide(filter, { audit: native.audit, number: native.socket, args })).toBe(EAFNOSUPPORT)
      }),
    )
    expect(call(native.socket, 40, 1)).toBe(EAFNOSUPPORT)
  })

  it(`lets no characters be typed into a terminal on ${architecture}`, () => {
    expect(call(native.ioctl, 0, 0x5412)).toBe(EPERM)
    expect(decide(filter, { audit: native.audit, number: native.ioctl, args: [0n, (7n << 32n) | 0x541cn] })).toBe(EPERM)
    expect(call(native.ioctl, 0, 0x5401)).toBe(ALLOW)
  })

  it(`kills what calls in the way of another architecture than ${architecture}`, () => {
    const other = fc.integer({ min: 0, max: 2 ** 32 - 1 }).filter((audit) => audit !== native.audit)
    fc.assert(
      fc.property(other, fc.nat(500), (audit, number) => {
        expect(decide(filter, { audit, number, args: [] })).toBe(KILL)
      }),
    )
  })

  it(`decides every call on ${architecture}, and allows what programs need`, () => {
    fc.assert(
      fc.property(
        fc.nat(480),
        fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { maxLength: 6 }),
        (number, args) => {
          expect([ALLOW, EPERM, EAFNOSUPPORT]).toContain(decide(filter, { audit: native.audit, number, args }))
        },
      ),
    )
    for (const number of [0, 1, 56, 57, 59, 101, 202, 221, 435]) expect(call(number, 1)).toBe(ALLOW)
  })
}

it('knows no call of the third table of x86', () => {
  const filter = syscallFilter('x64')
  const x32 = fc.integer({ min: 0x40000000, max: 2 ** 32 - 1 })
  fc.assert(
    fc.property(x32, (number) => {
      expect(decide(filter, { audit: NATIVE.x64.audit, number, args: [] })).toBe(ENOSYS)
    }),
  )
})

it('has none where the numbers are not known', () => {
  expect(filterHere('mips')).toBeNull()
})
