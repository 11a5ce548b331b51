import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import { type Config, configSchema } from './config.ts'
import { settingsStandAt } from './config-place.ts'
import { UserError } from './errors.ts'

/** Reads agent.yaml. Throws UserError with file, line and what is expected. */
export function parseConfig(file: string, text: string): Config {
  const lines = new LineCounter()
  const document = parseDocument(text, { prettyErrors: true, lineCounter: lines })
  const broken = document.errors[0]
  if (broken) {
    const message = broken.message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '')
    throw new UserError(`${file}:${broken.linePos?.[0].line ?? 1}: ${message}`)
  }
  const result = configSchema.safeParse(valuesOf(document, file))
  if (result.success) {
    settingsStandAt(result.data, (path) => `${file}:${lineOf(document, path, lines)}`)
    return result.data
  }
  // A misspelt name is why another one is missing.
  const { issues } = result.error
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []
  const path = [...issue.path.map(String), ...unknown]
  const at = `${file}:${lineOf(document, path, lines)}`
  if (path.length === 0) throw new UserError(`${at}: expected settings, one a line, such as \`attempts: 3\`.`)
  const where = path.join('.')
  if (unknown.length === 0) throw new UserError(`${at}: \`${where}\`: ${issue.message}`)
  const known = path.length === 1 ? `; known are ${Object.keys(configSchema.shape).join(', ')}` : ''
  throw new UserError(`${at}: \`${where}\` is not a setting${known}.`)
}

function valuesOf(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS() ?? {}
  } catch (error) {
    // An alias without its anchor, or aliases that multiply without end.
    throw new UserError(`${file}: ${(error as Error).message}`)
  }
}

/** Line of the key or list entry that a path leads to, or of the last on the way that exists. */
function lineOf(document: Document.Parsed, path: string[], lines: LineCounter): number {
  let node: unknown = document.contents
  let offset = 0
  for (const name of path) {
    if (isSeq(node)) {
      node = node.items[Number(name)]
      offset = isNode(node) ? (node.range?.[0] ?? offset) : offset
      continue
    }
    const pair = isMap(node) ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === name) : null
    if (!pair || !isScalar(pair.key)) break
    offset = pair.key.range?.[0] ?? offset
    node = pair.value
  }
  return lines.linePos(offset).line
}
