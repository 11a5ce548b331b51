import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ModelNameError, openModel } from '../../../src/io/models/open-model.ts'

async function refusal(name: string, env: Record<string, string> = {}, cwd = '/'): Promise<string> {
  const error = await openModel(name, { env, cwd }).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ModelNameError)
  const { message } = error as ModelNameError
  expect(message).not.toContain('\n')
  return message
}

test.each([
  ['claude-sonnet-x', 'write anthropic/claude-sonnet-x'],
  ['gpt-x', 'write openai/gpt-x'],
  ['llama', 'openai-compatible/MODEL'],
  ['', 'openai-compatible/MODEL'],
  ['acme/model', 'unknown provider "acme"'],
  ['anthropic/', 'nothing usable stands after "anthropic/"'],
  ['openai/ x', 'nothing usable stands after "openai/"'],
])('the name "%s" is refused with advice', async (name, advice) => {
  expect(await refusal(name, { ANTHROPIC_API_KEY: 'k', OPENAI_API_KEY: 'k' })).toContain(advice)
})

test.each([
  ['anthropic/m', 'export ANTHROPIC_API_KEY=...'],
  ['openai/m', 'export OPENAI_API_KEY=...'],
  ['openai-compatible/m', 'export OPENAI_BASE_URL='],
])('%s without its variable says how to set it', async (name, advice) => {
  expect(await refusal(name, { ANTHROPIC_API_KEY: ' ' })).toContain(advice)
})

test('an address without a scheme is refused, without showing its password', async () => {
  const message = await refusal('openai-compatible/m', { OPENAI_BASE_URL: 'ftp://me:secret@localhost/v1' })
  expect(message).toContain('OPENAI_BASE_URL')
  expect(message).not.toContain('secret')
})

test('a key with a character that no header can carry is refused without showing it', async () => {
  const message = await refusal('anthropic/m', { ANTHROPIC_API_KEY: '“sk-secret”' })
  expect(message).toContain('ANTHROPIC_API_KEY')
  expect(message).not.toContain('secret')
})

test('a folder that does not exist or is no recording says what to write instead', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'specproof-recording-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  expect(await refusal('recorded/none', {}, dir)).toMatch(/recording.json does not exist: write recorded\/DIR/)
  await writeFile(join(dir, 'recording.json'), '{')
  expect(await refusal(`recorded/${dir}`)).toContain('is not JSON')
  await writeFile(join(dir, 'recording.json'), '{"version": 2}')
  expect(await refusal(`recorded/${dir}`)).toContain('version')
})
