import fc from 'fast-check'
import { expect, it } from 'vitest'
import { maskedDescriptors } from '../../../src/io/box/descriptors.ts'
import { fstabLine, lockedOptions, parseMountInfo, submounts } from '../../../src/io/box/mount-table.ts'

const TABLE = parseMountInfo(
  [
    '22 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
    '23 22 0:5 / /home rw,nosuid,noexec,relatime - tmpfs tmpfs rw',
    '24 23 0:6 / /home/a\\040b/c rw,relatime - tmpfs tmpfs rw',
    '25 22 0:7 / /homestead rw,relatime - tmpfs tmpfs rw',
  ].join('\n'),
)

it('reads mount points with blanks in them', () => {
  expect(TABLE.map((mount) => mount.path)).toEqual(['/', '/home', '/home/a b/c', '/homestead'])
})

it('finds what is mounted below a folder, not beside it', () => {
  expect(submounts(TABLE, '/home').map((mount) => mount.path)).toEqual(['/home/a b/c'])
  expect(submounts(TABLE, '/').length).toBe(3)
})

it('keeps the options that a namespace may not clear', () => {
  expect(lockedOptions(TABLE, '/home/x')).toEqual(['noexec'])
  expect(lockedOptions(TABLE, '/home/a b/c/d')).toEqual([])
  expect(lockedOptions(TABLE, '/homestead')).toEqual([])
})

it('writes any path as one field of an fstab', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }).filter((text) => !/[\n\0]/.test(text)),
      (name) => {
        const fields = fstabLine(`/${name}`, '/to', 'none', ['bind']).split(/[ \t]/)
        expect(fields).toHaveLength(6)
        const decoded = fields[0]!.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8)))
        expect(decoded).toBe(`/${name}`)
      },
    ),
  )
})

it('masks exactly the inherited descriptors', () => {
  expect(maskedDescriptors([], 99)).toEqual([])
  expect(maskedDescriptors([4, 6], 99)).toEqual([99, 'ignore', 99])
})
