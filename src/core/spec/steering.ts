import { yaml } from '../yaml.ts'
import type { Diagnostic, Steering } from './spec.ts'

const FRONT_MATTER = /^\uFEFF?---[ \t]*(?:\r\n|\r|\n)((?:[\s\S]*?(?:\r\n|\r|\n))??)---[ \t]*(?:\r\n|\r|\n|$)/
const INCLUSIONS = ['always', 'fileMatch', 'manual', 'auto'] as const

/** One steering file. `text` is what stands below the front matter. */
export function readSteering(file: { path: string; text: string }): { steering: Steering; diagnostics: Diagnostic[] } {
  const block = FRONT_MATTER.exec(file.text)
  const text = block === null ? file.text.replace(/^\uFEFF/, '') : file.text.slice(block[0].length)
  const files = [...text.matchAll(/#\[\[file:\s*([^\]\r\n]{1,300}?)\s*\]\]/g)].map((match) => match[1]!)
  const steering: Steering = {
    path: file.path,
    inclusion: 'always',
    pattern: null,
    name: null,
    description: null,
    files,
    text,
  }
  if (block === null) return { steering, diagnostics: [] }
  const problem = (message: string, suggestion: string): Diagnostic => ({
    file: file.path,
    line: 1,
    column: 1,
    code: 'steering-front-matter',
    severity: 'warning',
    message,
    suggestion,
  })
  const fields = readYaml(block[1] ?? '')
  if (fields === null) {
    return {
      steering,
      diagnostics: [
        problem('The front matter is not a YAML mapping; the file is always included.', 'Write `inclusion: always`.'),
      ],
    }
  }
  const inclusion = INCLUSIONS.find((name) => name === (fields.inclusion ?? 'always'))
  if (inclusion === undefined) {
    const message = `Unknown inclusion ${JSON.stringify(fields.inclusion)}; the file is always included.`
    return { steering, diagnostics: [problem(message, `Write one of: ${INCLUSIONS.join(', ')}.`)] }
  }
  const pattern = readPattern(fields.fileMatchPattern)
  const lost = inclusion === 'fileMatch' && pattern === null
  const diagnostics = lost
    ? [problem('`inclusion: fileMatch` without a pattern matches no file.', 'Add `fileMatchPattern: "src/**"`.')]
    : []
  const [name, description] = [readText(fields.name), readText(fields.description)]
  return { steering: { ...steering, inclusion, pattern, name, description }, diagnostics }
}

/** `inclusion: always`, or a text in quotes without escapes. A word that YAML reads as something else is left to YAML. */
const PLAIN = /^([A-Za-z]+): (?:(?!(?:true|false|null)$)([A-Za-z][\w-]*)|"([^"\\]*)"|'([^']*)')$/i

/** Fields that need no library; null: it is needed. */
function plainFields(text: string): Record<string, unknown> | null {
  const fields = new Map<string, string>()
  for (const line of text.split('\n')) {
    if (line === '') continue
    const [, name = '', word, double, single] = PLAIN.exec(line) ?? []
    // That a name stands there twice is for the library to judge.
    if (name === '' || fields.has(name)) return null
    fields.set(name, word ?? double ?? single ?? '')
  }
  return Object.fromEntries(fields)
}

/** The fields of a file's front matter; null: there is none, or it cannot be read. */
export function frontMatter(text: string): Record<string, unknown> | null {
  const block = FRONT_MATTER.exec(text)
  return block === null ? null : readYaml(block[1] ?? '')
}

function readYaml(text: string): Record<string, unknown> | null {
  const plain = plainFields(text)
  if (plain !== null) return plain
  try {
    // Below 'error', the YAML library prints its warnings on stderr by itself.
    const value: unknown = yaml().parse(text, { logLevel: 'error' }) ?? {}
    return typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : null
  } catch {
    // Front matter is a person's text: a mistake in it is reported, never thrown.
    return null
  }
}

function readText(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
}

function readPattern(value: unknown): string | null {
  if (typeof value === 'string' && value !== '') return value
  if (!Array.isArray(value)) return null
  const globs = value.filter((glob): glob is string => typeof glob === 'string' && glob !== '')
  if (globs.length === 0) return null
  return globs.length === 1 ? globs[0]! : `{${globs.join(',')}}`
}
