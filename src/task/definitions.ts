import { errorSymbols } from '../core/prompt/error-symbols.ts'
import type { Part } from '../core/prompt/prompt.ts'
import { renderFile } from '../core/prompt/sections.ts'
import type { World } from '../world.ts'
import { declaredAt, linesOf } from './need.ts'
import type { State } from './state.ts'

const MOST_DEFINITIONS = 4
const MOST_LINES = 25
/** Part of the aim that definitions may have. */
const SHARE = 0.3

/**
 * Definitions, from the base commit, of symbols that a build or type error names, as far as `parts` do not show them. They
 * follow the error, so that nothing needs to be asked for.
 */
export async function definitionParts(
  world: World,
  state: State,
  problem: string,
  parts: readonly Part[],
): Promise<Part[]> {
  let left = Math.floor(state.around.promptAim * SHARE)
  const blocks: string[] = []
  for (const name of errorSymbols(problem)) {
    const declared = (await declaredAt(world, state, name)).filter(({ text }) => defines(text, name))
    for (const hit of declared.slice(0, 2)) {
      const shown = parts.some((part) => part.text.includes(headOf(hit.text)))
      const lines = shown || blocks.length >= MOST_DEFINITIONS ? null : await linesOf(state, hit.path)
      if (lines === null) continue
      const code = wholeFrom(lines, hit.line)
      const block = renderFile(`${hit.path}, lines ${hit.line} to ${hit.line + code.length - 1}`, code.join('\n'))
      const tokens = state.around.count(block)
      if (tokens > left || blocks.includes(block)) continue
      left -= tokens
      blocks.push(block)
    }
  }
  if (blocks.length === 0) return []
  const text = `# Definitions of what it names\n\n${blocks.join('\n\n')}`
  return [{ kind: 'past', source: 'definitions', text, mandatory: false }]
}

/** Stricter than what a model may ask for: the name follows the word that declares it. */
function defines(line: string, name: string): boolean {
  const escaped = name.replaceAll('$', '\\$')
  const word = String.raw`(?:class|interface|type|enum|function\*?|const|let|var|def|func(?: *\([^)]*\))?|fn|struct|trait|namespace|module|record)`
  return new RegExp(String.raw`(?:^|[^\w$])${word}\s+${escaped}(?![\w$])`).test(line)
}

/** A declaration's line as outlines show it: without the brace that opens its body. */
function headOf(line: string): string {
  return line.replace(/\s*[{(:=]*\s*$/, '').trim()
}

/** A declaration from its line to the one that closes it at the same margin. */
function wholeFrom(lines: readonly string[], line: number): string[] {
  const [first = '', ...rest] = lines.slice(line - 1, line - 1 + MOST_LINES)
  const margin = first.search(/\S/)
  if (!/[{([:=|,]\s*$/.test(first)) return [first]
  const end = rest.findIndex((one) => one.trim() !== '' && one.search(/\S/) <= margin)
  const closing = /^[\s]*[\])}]/.test(rest[end] ?? '')
  return [first, ...(end < 0 ? rest : rest.slice(0, closing ? end + 1 : end))]
}
