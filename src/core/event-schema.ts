import { z } from 'zod'
import { EVENT_VERSION } from './event-version.ts'
import { eventBody } from './events.ts'

/** JSON Schema of one line of `--json` output, as text: what docs/events.schema.json holds. */
export function eventSchemaJson(): string {
  const stamp = z.object({ v: z.literal(EVENT_VERSION), t: z.number(), of: z.string().optional() })
  const schema = z.toJSONSchema(z.intersection(stamp, eventBody), { target: 'draft-2020-12' })
  return `${JSON.stringify({ title: 'specproof event', ...schema }, null, 2)}\n`
}
