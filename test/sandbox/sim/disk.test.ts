import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Disk, type Fault, Simulation } from '../../../sandbox/sim/index.ts'

/** What lies on the disk of "n" after this was done to it and the node has crashed. */
function afterCrash(body: (disk: Disk) => void, keep?: number): Record<string, string> {
  const crash: Fault =
    keep === undefined
      ? { kind: 'crash', node: 'n', at: 10, ms: 10 }
      : { kind: 'torn-crash', node: 'n', at: 10, ms: 10, keep }
  const sim = new Simulation({ faults: [crash] })
  let first = true
  sim.node('n', ({ disk }) => {
    if (first) body(disk)
    first = false
  })
  sim.run(100)
  const disk = sim.disk('n')
  return Object.fromEntries(disk.listSync().map((path) => [path, disk.readTextSync(path)]))
}

describe('a crash', () => {
  it('keeps what was synced and loses the rest', () => {
    const write = (disk: Disk) => {
      disk.writeSync('a', 'one')
      disk.fsyncSync('a')
      disk.appendSync('a', ' two')
      disk.writeSync('b', 'never synced')
    }
    expect(afterCrash(write)).toEqual({ a: 'one' })
  })

  it('tears: the first bytes of what was not synced are kept, in the order of writing', () => {
    const write = (disk: Disk) => {
      disk.writeSync('a', 'old')
      disk.fsyncSync('a')
      disk.appendSync('a', '1234')
      disk.writeSync('b', 'xyz')
      disk.writeSync('a', 'new')
    }
    expect(afterCrash(write, 0)).toEqual({ a: 'old' })
    expect(afterCrash(write, 2)).toEqual({ a: 'old12' })
    expect(afterCrash(write, 6)).toEqual({ a: 'old1234', b: 'xy' })
    expect(afterCrash(write, 8)).toEqual({ a: 'n', b: 'xyz' })
    expect(afterCrash(write, 4_096)).toEqual({ a: 'new', b: 'xyz' })
  })

  it('brings back the old names where only the bytes were synced', () => {
    const replace = (disk: Disk) => {
      disk.writeSync('state', 'old')
      disk.fsyncSync('state')
      disk.writeSync('tmp', 'new')
      disk.fsyncSync('tmp')
      disk.renameSync('tmp', 'state')
    }
    expect(afterCrash(replace)).toEqual({ state: 'old', tmp: 'new' })
    const synced = (disk: Disk) => {
      replace(disk)
      disk.fsyncDirSync()
    }
    expect(afterCrash(synced)).toEqual({ state: 'new' })
  })

  it('shows the classic mistake: a file renamed before it was synced is empty', () => {
    const replace = (disk: Disk) => {
      disk.writeSync('tmp', 'new')
      disk.renameSync('tmp', 'state')
      disk.fsyncDirSync()
    }
    expect(afterCrash(replace)).toEqual({ state: '' })
  })

  it('leaves of any writes what was synced, or after a torn one a beginning of each', () => {
    const steps = fc.array(
      fc.oneof(fc.constant(null), fc.string({ minLength: 1, maxLength: 6, unit: 'grapheme-ascii' })),
      {
        maxLength: 12,
      },
    )
    fc.assert(
      fc.property(steps, fc.nat({ max: 40 }), (script, keep) => {
        let written = ''
        let synced = 0
        const write = (disk: Disk) => {
          disk.writeSync('log', '')
          disk.fsyncSync('log')
          for (const step of script) {
            if (step === null) {
              disk.fsyncSync('log')
              synced = written.length
            } else {
              disk.appendSync('log', step)
              written += step
            }
          }
          expect(disk.readTextSync('log')).toBe(written)
        }
        expect(afterCrash(write, keep)).toEqual({ log: written.slice(0, synced + keep) })
        written = ''
        expect(afterCrash(write)).toEqual({ log: written.slice(0, synced) })
      }),
    )
  })
})

/** A simulation, and the disk as its node "n" has it. */
function withDisk(fault: Fault): { sim: Simulation; disk: Disk } {
  const sim = new Simulation({ faults: [fault] })
  const disks: Disk[] = []
  sim.node('n', ({ disk }) => void disks.push(disk))
  return { sim, disk: disks[0]! }
}

describe('other faults of a disk', () => {
  const codeOf = (fn: () => unknown) => {
    try {
      fn()
    } catch (error) {
      return (error as { code?: string }).code
    }
    return null
  }

  it('full: writes are refused with ENOSPC and change nothing, reads work', () => {
    const { sim, disk } = withDisk({ kind: 'disk-full', node: 'n', at: 5, ms: 5 })
    disk.writeSync('a', 'x')
    sim.run(5)
    expect(codeOf(() => disk.appendSync('a', 'y'))).toBe('ENOSPC')
    expect(disk.readTextSync('a')).toBe('x')
    sim.run(10)
    disk.appendSync('a', 'y')
    expect(disk.readTextSync('a')).toBe('xy')
  })

  it('failing: everything is refused with EIO; a missing file with ENOENT', () => {
    const { sim, disk } = withDisk({ kind: 'disk-error', node: 'n', at: 5, ms: 5 })
    disk.writeSync('a', 'x')
    expect(codeOf(() => disk.readSync('b'))).toBe('ENOENT')
    sim.run(5)
    for (const use of [() => disk.readSync('a'), () => disk.fsyncSync('a'), () => disk.listSync()]) {
      expect(codeOf(use)).toBe('EIO')
    }
    // The test may look all the same.
    expect(sim.disk('n').readTextSync('a')).toBe('x')
  })

  it('corrupt: one bit of one byte turns over, as soon as there is one', () => {
    const sim = new Simulation({ faults: [{ kind: 'corrupt', node: 'n', at: 5, ms: 20, position: 4 }] })
    const disk = sim.disk('n')
    sim.at(10, () => disk.writeSync('a', new Uint8Array([1, 2, 3])))
    sim.at(11, () => disk.writeSync('b', new Uint8Array([4])))
    sim.run(30)
    // Byte 4 of three is byte 1, and bit 1 of that.
    expect([...disk.readSync('a')]).toEqual([1, 0, 3])
    expect([...disk.readSync('b')]).toEqual([4])
    const never = new Simulation({ faults: [{ kind: 'corrupt', node: 'n', at: 5, ms: 20, position: 4 }] })
    never.disk('n')
    never.run(30)
    never.disk('n').writeSync('a', 'abc')
    expect(never.disk('n').readTextSync('a')).toBe('abc')
  })

  it('slow: calls take longer, keep their order, and are lost with a crash', async () => {
    const faults: Fault[] = [
      { kind: 'disk-slow', node: 'n', at: 0, ms: 10, extra: 50 },
      { kind: 'crash', node: 'n', at: 100, ms: 10 },
    ]
    const sim = new Simulation({ faults, diskLatency: 2 })
    const seen: [number, string][] = []
    sim.node('n', async ({ clock, disk }) => {
      if (clock.now() > 0) return
      const note = (what: string) => () => void seen.push([clock.now(), what])
      await clock.sleep(1)
      void disk.write('a', 'x').then(note('slow write'))
      await clock.sleep(20)
      await disk.append('a', 'y').then(note('append'))
      await disk.fsync('a').then(note('fsync'))
      expect(await disk.readText('a')).toBe('xy')
      await expect(disk.read('b')).rejects.toMatchObject({ code: 'ENOENT' })
      await clock.sleep(100 - clock.now() - 1)
      void disk.write('a', 'too late').then(note('lost'))
    })
    await sim.runAsync(200)
    expect(seen).toEqual([
      [53, 'slow write'],
      [53, 'append'],
      [55, 'fsync'],
    ])
    expect(sim.disk('n').readTextSync('a')).toBe('xy')
  })
})
