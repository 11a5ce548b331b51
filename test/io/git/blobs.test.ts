import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openBlobs } from '../../../src/io/git/blobs.ts'
import { listTree } from '../../../src/io/git/tree.ts'
import { makeRepository } from '../../support/repository.ts'

describe('objects of a repository', () => {
  it('come back byte for byte, whatever they hold and in whatever number they are asked for', async () => {
    const files: Record<string, string> = { empty: '', newline: '\n', fake: 'abc blob 3\nxyz\n' }
    for (let at = 0; at < 300; at++) files[`f${at}`] = randomBytes(at * 7).toString('latin1')
    files['large'] = 'x'.repeat(3_000_000)
    const repository = await makeRepository({ files, packages: null })
    const entries = await listTree(repository.dir, 'HEAD')
    const blobs = openBlobs(repository.dir)
    const read = async (path: string) => (await blobs.read(entries.get(path)!.hash)).toString('utf8')
    const names = Object.keys(files)
    expect(await Promise.all(names.map(read))).toEqual(names.map((name) => files[name]))
    for (const name of names.slice(0, 5)) expect(await read(name)).toBe(files[name])
  })

  it('that are not there reject, and the next question is answered', async () => {
    const repository = await makeRepository({ packages: null })
    const entries = await listTree(repository.dir, 'HEAD')
    const blobs = openBlobs(repository.dir)
    const all = [blobs.read('0'.repeat(40)), blobs.read(entries.get('.gitignore')!.hash)]
    const [missing, found] = await Promise.allSettled(all)
    expect(missing?.status).toBe('rejected')
    expect(found?.status).toBe('fulfilled')
  })

  it('of a folder without a repository reject with what git says', async () => {
    const repository = await makeRepository({ packages: null })
    await expect(openBlobs(repository.around).read('0'.repeat(40))).rejects.toThrow('not a git repository')
  })
})
