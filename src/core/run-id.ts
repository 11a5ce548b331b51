/**
 * Names a run so that names sort by time: the second, 4,096ths of it, and three digits of chance, as in `20261123T140518-a3f60b`. The run
 * that the next one goes on with is the last by name, and several may begin in a second. `chance`: three hexadecimal digits.
 */
export function runId(at: Date, chance: string): string {
  const [second = '', fraction = ''] = at.toISOString().replace(/[-:Z]/g, '').split('.')
  const part = Math.floor((Number(fraction) * 4096) / 1000)
  return `${second}-${part.toString(16).padStart(3, '0')}${chance}`
}
