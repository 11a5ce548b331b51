import { join } from 'node:path'
import { sliceHash, sliceOf } from '../../src/core/spec/slice.ts'
import { NO_EVIDENCE } from '../../src/core/verdict/judge.ts'
import { commitMessage } from '../../src/core/verdict/message.ts'
import { readSpecFolder } from '../../src/io/spec-files.ts'
import type { Files, TestRepository } from './repository.ts'

/** A commit as a run would land it, with the hash of the task's slice as it lies on the disk. Answers its hash. */
export async function landed(
  repository: TestRepository,
  files: Files,
  { spec = 'limits', task = '1' } = {},
): Promise<string> {
  await repository.write(files)
  const read = await readSpecFolder(repository.dir, join(repository.dir, `specs/${spec}`))
  if (read === null) throw new Error(`there is no spec ${spec}`)
  const { title } = read.tasks.find(({ id }) => id === task)!
  const message = commitMessage({
    ...{ spec, task, title, statements: [], validates: [], verdict: 'verified', base: '1234567890' },
    specHash: `sha256:${sliceHash(read, sliceOf(read, task))}`,
    evidence: { ...NO_EVIDENCE, green: '1/1', suite: '1/1' },
    ...{ seeds: [1], model: 'recorded/test', attempts: 1, tokens: { input: 1, output: 1 }, run: 'r1', prompts: 'v1' },
  })
  await repository.commit({}, message)
  return repository.git('rev-parse', 'HEAD')
}
