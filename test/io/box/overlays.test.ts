import { release } from 'node:os'
import { expect, it } from 'vitest'
import { overlayLine } from '../../../src/io/box/overlays.ts'

const [major = 0, minor = 0] = release().split('.').map(Number)
const isNew = major > 6 || (major === 6 && minor >= 6)
const place = { to: '/a b', isDirectory: true, uid: 0, gid: 0, mode: 0o555 }
const own = { uid: process.geteuid!(), gid: process.getegid!() }
const root = { kind: 'root', nested: true } as const
const user = { kind: 'user', nested: true } as const

it.skipIf(!isNew)('gives the payload what belongs to root, by a view with other owners or a copy', () => {
  expect(overlayLine(place, root, true)).toBe('idmap 65534:65534 755 /a b')
  expect(overlayLine(place, root, false)).toBe('copy 65534:65534 755 /a b')
  expect(overlayLine({ ...place, uid: 65534, gid: 65534 }, root, false)).toBe('overlay 65534:65534 755 /a b')
})

it.skipIf(!isNew)('copies for a plain user what belongs to somebody else', () => {
  expect(overlayLine({ ...place, ...own }, user, true)).toBe('overlay - 755 /a b')
  expect(overlayLine({ ...place, uid: own.uid + 1 }, user, true)).toBe('copy - 755 /a b')
})

it('copies a file', () => {
  expect(overlayLine({ ...place, isDirectory: false }, root, true)).toMatch(/^copy /)
})
