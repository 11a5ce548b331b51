import type { Fitting, Refusal } from './patch.ts'

/**
 * All refusals as one text, for the author of the patch and for people; '' for none. The same refusal is told once. `kept`
 * names what fits and is kept by the caller, who joins it with the next answer.
 */
export function describeRefusals(refused: readonly Refusal[], kept: readonly Fitting[] = []): string {
  const told = [...new Set(refused.map(describe))]
  if (told.length === 0) return ''
  const count = told.length === 1 ? '1 problem' : `${told.length} problems`
  const head = `The patch was refused as a whole and no file was changed: ${count}.`
  return [head, ...told, ...describeKept(kept)].join('\n\n')
}

function describeKept(kept: readonly Fitting[]): string[] {
  if (kept.length === 0) return []
  const byPath = Map.groupBy(kept, ({ path }) => path)
  const files = [...byPath].map(([path, blocks]) => {
    const numbers = blocks.flatMap(({ block }) => (block === null ? [] : [block]))
    if (numbers.length === 0) return `- ${path}`
    return `- ${path}, block${numbers.length === 1 ? '' : 's'} ${numbers.join(', ')}`
  })
  return [
    `These parts fit and are kept. Do not send them again; answer with the refused ones only:\n${files.join('\n')}`,
  ]
}

function describe({ path, block, code, message, nearest }: Refusal): string {
  const where = [path, block === null ? '' : `block ${block}`].filter((part) => part !== '').join(', ')
  const head = `${where === '' ? 'patch' : where} [${code}]: ${message}`
  return nearest === null ? head : `${head}\nNearest text of the file (numbers are not part of it):\n${nearest}`
}
