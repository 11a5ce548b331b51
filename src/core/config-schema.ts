import { z } from 'zod'
import { configSchema } from './config.ts'

/** JSON Schema of agent.yaml, as text, for editors: what docs/agent.schema.json holds. */
export function configSchemaJson(): string {
  // What a refinement or a rule of several settings demands is only told when the file is read.
  const schema = z.toJSONSchema(configSchema, { target: 'draft-7', io: 'input', unrepresentable: 'any' })
  return `${JSON.stringify({ ...schema, title: 'agent.yaml of specproof' }, null, 2)}\n`
}
