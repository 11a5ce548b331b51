import { onTestFinished } from 'vitest'
import { type Answer, type ModelServer, type ScriptRequest, startModelServer } from './model-server.ts'

type Scripted = string | Answer | ((request: ScriptRequest) => Answer | string | Promise<Answer | string>)

export interface ScriptedModel {
  server: ModelServer
  /** Whole text of every request of a role, in order of arrival. */
  asked(role: ScriptedRole): string[]
  /** Options that send a run here. */
  args: string[]
  env: Record<string, string>
}

type ScriptedRole = 'author' | 'implementer' | 'strengthener' | 'arbiter' | 'migrator'

const ROLES: Record<ScriptedRole, string> = {
  author: '# Your role: test author',
  implementer: '# Your role: implementer',
  strengthener: '# Your role: test strengthener',
  arbiter: '# Your role: arbiter',
  migrator: '# Your role: test migrator',
}

/**
 * A model on the loopback address that answers each role from its own list, in order. When a list is used up it says
 * BLOCKED, which no test expects.
 */
export async function scriptModel(
  answers: Partial<Record<ScriptedRole, Scripted[]>>,
  api: 'openai-compatible' | 'anthropic' = 'openai-compatible',
): Promise<ScriptedModel> {
  const left: Record<ScriptedRole, Scripted[]> = {
    author: [...(answers.author ?? [])],
    implementer: [...(answers.implementer ?? [])],
    strengthener: [...(answers.strengthener ?? [])],
    arbiter: [...(answers.arbiter ?? [])],
    migrator: [...(answers.migrator ?? [])],
  }
  const server = await startModelServer(async (request) => {
    const role = roleOf(`${request.system}\n${request.prompt}`)
    const next = left[role].shift() ?? 'BLOCKED: the script holds no further answer'
    const answer = typeof next === 'function' ? await next(request) : next
    return typeof answer === 'string' ? { text: answer } : answer
  })
  onTestFinished(() => server.close())
  return {
    server,
    asked: (role) =>
      server.requests.map(({ system, prompt }) => `${system}\n${prompt}`).filter((text) => roleOf(text) === role),
    args: ['--model', `${api}/scripted`],
    env:
      api === 'anthropic'
        ? { ANTHROPIC_BASE_URL: server.anthropicUrl, ANTHROPIC_API_KEY: 'sk-ant-test-0123456789' }
        : { OPENAI_BASE_URL: server.openaiUrl, OPENAI_API_KEY: 'sk-test-0123456789' },
  }
}

function roleOf(text: string): ScriptedRole {
  const role = (Object.keys(ROLES) as ScriptedRole[]).find((one) => text.includes(ROLES[one]))
  if (!role) throw new Error('a prompt names no role')
  return role
}
