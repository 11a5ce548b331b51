import { expect, it } from 'vitest'
import { sourceFinding, sourceStep, uncommittedSource } from '../../src/commands/own-source.ts'
import { makeRepository } from '../support/repository.ts'

const manifest = (source: string) => JSON.stringify({ devDependencies: { specproof: source } })

it('a path that git does not hold is named, with what to do; a version, or a tarball that is committed, is not', async () => {
  const repository = await makeRepository({ packages: null })
  await repository.commit({ 'vendor/specproof-0.1.0.tgz': 'packed' })
  await repository.write({ 'specproof-0.2.0.tgz': 'packed' })
  const lost = ['file:../specproof', '/home/me/specproof', 'file:specproof-0.2.0.tgz', '../specproof-0.1.0.tgz']
  for (const source of [...lost, 'link:../specproof', 'specproof-0.2.0.tgz'])
    expect(await uncommittedSource(repository.dir, manifest(source)), source).toBe(source)
  const there = ['^0.1.0', 'latest', 'npm:specproof@1', 'https://example.com/specproof.tgz', 'github:a/specproof']
  for (const source of [...there, 'file:vendor/specproof-0.1.0.tgz', './vendor/specproof-0.1.0.tgz'])
    expect(await uncommittedSource(repository.dir, manifest(source)), source).toBeNull()
  expect(await uncommittedSource(repository.dir, null)).toBeNull()
  expect(await uncommittedSource(repository.dir, '{')).toBeNull()

  const [finding] = await sourceFinding(repository.dir, manifest('file:../specproof'))
  expect(finding).toMatchObject({ name: 'specproof', state: 'warning', exitCode: 0 })
  expect(finding!.text).toContain('`file:../specproof`, which is there on this machine alone; fine until colleagues')
  expect(finding!.mend).toBe(
    'run `npm pack ../specproof` and `npm i -D ./NAME.tgz` here, and commit the archive NAME.tgz',
  )
  // Packed by that advice, or put there by hand: nothing is left to do but the commit.
  for (const source of ['file:specproof-0.2.0.tgz', './specproof-0.2.0.tgz', 'specproof-0.2.0.tgz'])
    expect(await sourceFinding(repository.dir, manifest(source))).toMatchObject([
      { mend: 'commit specproof-0.2.0.tgz' },
    ])
  const step = await sourceStep(repository.dir, manifest('file:specproof-0.2.0.tgz'))
  expect(step?.text).toMatch(/: then commit specproof-0\.2\.0\.tgz$/)
  await repository.write({ '.gitignore': '*.tgz\n' })
  expect(await sourceFinding(repository.dir, manifest('file:specproof-0.2.0.tgz'))).toMatchObject([
    { mend: 'commit specproof-0.2.0.tgz (git ignores it: `git add -f specproof-0.2.0.tgz`)' },
  ])
  const [gone] = await sourceFinding(repository.dir, manifest('file:specproof-0.3.0.tgz'))
  expect(gone!.mend).not.toMatch(/^commit/)
  expect(await sourceStep(repository.dir, manifest('file:../specproof'))).toMatchObject({ status: 'found' })
})
