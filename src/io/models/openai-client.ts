import type { ClientOptions, OpenAI } from 'openai'

export const loadOpenAi = () => import('openai')

/** The SDK as all of our questions use it. What is asked again, and when, is decided in one place for all services. */
export async function openAiClient(options: ClientOptions): Promise<OpenAI> {
  const { default: Client } = await loadOpenAi()
  // Whatever a variable asks for: stdout may be JSON.
  return new Client({ organization: null, project: null, ...options, maxRetries: 0, logLevel: 'off' })
}
