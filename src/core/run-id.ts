/**
 * Names a run so that names sort by time: the second, 4,096ths of it, and three digits of chance, as in `20261123T140518-a3f60b`. The run
 * that the next one goes on with is the last by name, and several may begin in a second. `chance`: three hexadecimal digits.
 */
export function runId(at: Date, chance: string): string {
  const [second = '', fraction = ''] = at.toISOString().replace(/[-:Z]/g, '').split('.')
  const part = Math.floor((Number(fraction) * 4096) / 1000)
  return `${second}-${part.toString(16).padStart(3, '0')}${chance}`
}

/** When the run of this id began, as ISO 8601; null: it is no id that `runId` makes. */
export function beganAt(id: string): string | null {
  const found = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)-/.exec(id)
  if (found === null) return null
  const [, year, month, day, hour, minute, second] = found
  return `${year}-${month}-${day}T${hour}:${minute}:${second}Z`
}
