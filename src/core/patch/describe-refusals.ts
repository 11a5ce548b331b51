import type { Refusal } from './patch.ts'

/** All refusals as one text, for the author of the patch and for people; '' for none. The same refusal is told once. */
export function describeRefusals(refused: readonly Refusal[]): string {
  const told = [...new Set(refused.map(describe))]
  if (told.length === 0) return ''
  const count = told.length === 1 ? '1 problem' : `${told.length} problems`
  return [`The patch was refused as a whole and no file was changed: ${count}.`, ...told].join('\n\n')
}

function describe({ path, block, code, message, nearest }: Refusal): string {
  const where = [path, block === null ? '' : `block ${block}`].filter((part) => part !== '').join(', ')
  const head = `${where === '' ? 'patch' : where} [${code}]: ${message}`
  return nearest === null ? head : `${head}\nNearest text of the file (numbers are not part of it):\n${nearest}`
}
