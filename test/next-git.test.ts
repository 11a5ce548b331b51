import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { StampedEvent } from '../src/core/events.ts'
import { start } from './support/agent.ts'
import { block, CLAMP_STUB, CLAMP_TEST, creates, RIGHT } from './support/clamp.ts'
import { lightRight, lightSums, taskIn } from './support/many.ts'
import { makeRepository, openTestRepository, type TestRepository } from './support/repository.ts'
import { type ScriptedModel, scriptModel } from './support/scripted-model.ts'

const model = () =>
  scriptModel({ implementer: Array.from({ length: 8 }, () => (request) => lightRight(taskIn(request))) })

async function run(repository: TestRepository, scripted: ScriptedModel, args: string[], cwd = repository.dir) {
  const { stdout, stderr } = await start(repository, [...args, ...scripted.args], { model: scripted, cwd })
  const result = JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as StampedEvent
  if (result.type !== 'run.result') throw new Error(stderr)
  return result
}

/** A program that signs anything at once, as gpg does for git. */
const SIGNER = `#!/bin/sh
cat > /dev/null
echo "[GNUPG:] SIG_CREATED D" >&2
printf '%s\\n' '-----BEGIN PGP SIGNATURE-----' '' 'c2lnbmVk' '-----END PGP SIGNATURE-----'
`

describe('a task in a repository of many peculiarities', () => {
  it('is done in a linked worktree of a shallow, sparse clone with a submodule, LFS pointers, odd names, hooks and signed commits', async () => {
    const original = await makeRepository({
      files: {
        ...lightSums([{ n: 1 }, { n: 2 }]),
        '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n',
        'assets/a.bin': 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n',
        'docs/README.md': 'one\n',
        'docs/readme.md': 'differs in case only\n',
        'big/not checked out.txt': 'x\n',
      },
      packages: null,
    })
    const other = openTestRepository(join(original.around, 'library'), original.around)
    await original.git('clone', '--quiet', original.dir, other.dir)
    await original.git('submodule', '--quiet', 'add', other.dir, 'vendor/library')
    await original.commit({}, 'A submodule')
    const clone = openTestRepository(join(original.around, 'clone'), original.around)
    await original.git('clone', '--quiet', '--depth', '1', `file://${original.dir}`, clone.dir)
    await clone.git('config', 'user.name', 'Bea')
    await clone.git('config', 'user.email', 'bea@example.invalid')
    const linked = openTestRepository(join(original.around, 'linked'), original.around)
    await clone.git('worktree', 'add', '--quiet', '-b', 'work', linked.dir)
    await linked.git('config', 'extensions.worktreeConfig', 'true')
    await linked.git('sparse-checkout', 'set', '--no-cone', '/*', '!/big/')
    await linked.git('config', 'core.ignoreCase', 'true')
    const signer = join(original.around, 'signer')
    await writeFile(signer, SIGNER)
    await chmod(signer, 0o755)
    await clone.git('config', 'commit.gpgSign', 'true')
    await clone.git('config', 'gpg.program', signer)
    for (const hook of [
      'pre-commit',
      'commit-msg',
      'post-checkout',
      'post-merge',
      'reference-transaction',
      'post-index-change',
    ]) {
      await writeFile(
        join(clone.dir, '.git/hooks', hook),
        `#!/bin/sh\necho ${hook} >> ${original.around}/hooks\nexit 1\n`,
      )
      await chmod(join(clone.dir, '.git/hooks', hook), 0o755)
    }
    await linked.write({ 'mine.txt': 'not committed\n', 'docs/README.md': 'changed\n' })
    await linked.git('-c', 'core.hooksPath=/dev/null', 'add', 'mine.txt')
    const status = await linked.git('status', '--porcelain')
    const before = { worktrees: await linked.git('worktree', 'list'), main: await clone.snapshot() }

    const scripted = await model()
    const result = await run(linked, scripted, ['run', '--parallel', '2'], join(linked.dir, 'specs'))
    expect(result, result.message).toMatchObject({ status: 'checked', exitCode: 0 })
    expect(await linked.git('log', '-2', '--format=%s')).toBe(
      'sums: implement f2 (task 2)\nsums: implement f1 (task 1)',
    )
    expect(await linked.git('rev-parse', '--abbrev-ref', 'HEAD')).toBe('work')
    expect(await linked.git('cat-file', 'commit', 'HEAD')).toContain('gpgsig -----BEGIN PGP SIGNATURE-----')
    expect(await linked.git('diff', '--name-only', 'HEAD~2', 'HEAD')).toBe('specs/sums/tasks.md\nsrc/f1.ts\nsrc/f2.ts')
    // All that is the user's is as it was: changes, index, sparse checkout, the other checkout, its hooks.
    expect(await linked.git('status', '--porcelain')).toBe(status)
    expect(await linked.git('sparse-checkout', 'list')).toBe('/*\n!/big/')
    expect((await linked.git('worktree', 'list')).replace(/^(.*linked\s+)[0-9a-f]+/m, '$1')).toBe(
      before.worktrees.replace(/^(.*linked\s+)[0-9a-f]+/m, '$1'),
    )
    const main = await clone.snapshot()
    expect({ ...main, refs: '' }).toEqual({ ...before.main, refs: '' })
    expect(await readFile(`${original.around}/hooks`, 'utf8').catch(() => '')).not.toMatch(
      /pre-commit|commit-msg|post-merge/,
    )
  })

  it('is refused before anybody is paid where nothing could be committed in the end, and left on its branch where HEAD is detached', async () => {
    const repository = await makeRepository({
      files: { ...lightSums([{ n: 1 }]), '.gitattributes': '*.bin filter=shrink\n', 'a.bin': 'x\n' },
      packages: null,
    })
    const scripted = await model()
    const refused = async (settings: [string, string][], expected: object, message: RegExp) => {
      for (const [name, value] of settings) await repository.git('config', name, value)
      const result = await run(repository, scripted, ['next'])
      expect(result, result.message).toMatchObject(expected)
      expect(result.message).toMatch(message)
      for (const [name] of settings) await repository.git('config', '--unset', name)
      expect(scripted.server.requests).toHaveLength(0)
    }
    const unsigned: [string, string][] = [
      ['commit.gpgSign', 'true'],
      ['gpg.program', '/bin/false'],
    ]
    await refused(
      unsigned,
      { status: 'git', exitCode: 9 },
      /^Commits are to be signed here \(commit\.gpgSign\), and git cannot: /,
    )
    const filter: [string, string][] = [
      ['filter.shrink.smudge', 'no-such-program'],
      ['filter.shrink.required', 'true'],
    ]
    await refused(
      filter,
      { status: 'environment', exitCode: 10 },
      /a filter of its configuration fails:[\s\S]*no-such-program/,
    )
    await repository.git('config', '--unset', 'user.name')
    await repository.git('config', 'user.useConfigOnly', 'true')
    await refused([], { status: 'git', exitCode: 9 }, /does not know who commits/)
    await repository.git('config', 'user.name', 'Ada')

    await repository.git('switch', '--quiet', '--detach')
    await refused([], { status: 'git', exitCode: 9 }, /HEAD is detached/)
    const base = await repository.git('rev-parse', 'HEAD')
    const kept = await run(repository, scripted, ['next', '--no-land'])
    expect(kept, kept.message).toMatchObject({ status: 'checked', exitCode: 0 })
    expect(await repository.git('rev-parse', 'HEAD', 'specproof/sums--1~1')).toBe(`${base}\n${base}`)
  })

  it('of `run` is judged again and lands where somebody commits meanwhile; `next` leaves it on its branch', async () => {
    const repository = await makeRepository({ files: lightSums([{ n: 1 }, { n: 2 }]), packages: null })
    let meanwhile = 0
    const scripted = await scriptModel({
      implementer: Array.from({ length: 4 }, () => async (request: { prompt: string }) => {
        if (meanwhile++ === 0) await repository.commit({ 'notes.txt': 'by somebody else\n' }, 'Meanwhile')
        return lightRight(taskIn(request))
      }),
    })
    const result = await run(repository, scripted, ['run'])
    expect(result, result.message).toMatchObject({ status: 'checked', exitCode: 0 })
    expect(await repository.git('log', '--format=%s', '-3')).toBe(
      'sums: implement f2 (task 2)\nsums: implement f1 (task 1)\nMeanwhile',
    )
    expect(scripted.server.requests).toHaveLength(2)
    expect(await repository.git('log', '-1', '--skip=1', '--format=%(trailers:key=Model,valueonly)')).toMatch(
      /attempts 1; tokens [1-9][\d,]* in/,
    )
    expect(await repository.git('for-each-ref', 'refs/heads/specproof')).toBe('')
  })

  it('passes the pre-commit of the project in the box: what it refuses is red, what it formats lands', async () => {
    const hook = `#!/bin/sh
for file in $(git diff --cached --name-only -- src); do
  if grep -q FORBIDDEN "$file"; then echo "$file holds what is forbidden"; exit 1; fi
  sed -i '1i // formatted' "$file"
done
touch "$HOME/was-here" ../was-here 2> /dev/null || true
`
    const repository = await makeRepository({
      files: { ...lightSums([{ n: 1 }]), '.githooks/pre-commit': hook },
      packages: null,
    })
    await chmod(join(repository.dir, '.githooks/pre-commit'), 0o755)
    await repository.commit({}, 'Executable')
    await repository.git('config', 'core.hooksPath', '.githooks')
    const bad = lightRight(1).replace('return', '// FORBIDDEN\n  return')
    const index = await repository.read('src/index.ts')
    const emptied = `${lightRight(1)}\n\n${block('src/index.ts', index, '')}`
    const scripted = await scriptModel({ implementer: [bad, emptied, { status: 401 }, lightRight(1)] })
    const refused = await run(repository, scripted, ['next'])
    expect(refused, refused.message).toMatchObject({ status: 'provider', exitCode: 6 })
    // The run that goes on runs the hook again: what it edits is no answer of the journal.
    const result = await run(repository, scripted, ['next'])
    expect(result, result.message).toMatchObject({ status: 'checked', exitCode: 0 })
    expect(scripted.server.requests).toHaveLength(4)
    expect(scripted.asked('implementer')[1]).toContain('.githooks/pre-commit of the project refuses the change')
    expect(scripted.asked('implementer')[1]).toContain('src/f1.ts holds what is forbidden')
    expect(await repository.read('src/f1.ts')).toMatch(/^\/\/ formatted\nexport function f1/)
    expect(await repository.git('show', 'HEAD:src/f1.ts')).toMatch(/^\/\/ formatted\n/)
    expect(await repository.git('status', '--porcelain')).toBe('')
  })

  it('has its pre-commit pass tests before they are frozen: the author mends what it refuses, and they land as it formats them', async () => {
    const hook = `#!/bin/sh
for file in $(git diff --cached --name-only -- test); do
  if grep -q FORBIDDEN "$file"; then echo "$file holds what is forbidden"; exit 1; fi
  grep -q '^// formatted' "$file" || sed -i '1i // formatted' "$file"
done
`
    const repository = await makeRepository({ files: { '.githooks/pre-commit': hook } })
    await repository.git('config', 'core.hooksPath', '.githooks')
    const tests = (text: string) => creates({ 'test/clamp.test.ts': text, 'src/clamp.ts': CLAMP_STUB })
    const scripted = await scriptModel({
      author: [tests(`// FORBIDDEN\n${CLAMP_TEST}`), tests(CLAMP_TEST)],
      implementer: [RIGHT],
    })
    const result = await run(repository, scripted, ['next'])
    expect(result, result.message).toMatchObject({ status: 'verified', exitCode: 0 })
    expect(scripted.asked('author')[1]).toContain('.githooks/pre-commit of the project refuses the change')
    expect(scripted.asked('author')[1]).toContain('test/clamp.test.ts holds what is forbidden')
    expect(await repository.read('test/clamp.test.ts')).toBe(`// formatted\n${CLAMP_TEST}`)
    expect(await repository.read('src/clamp.ts')).not.toContain('formatted')
  })
})
