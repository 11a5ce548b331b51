/** What a journal may still take, bytes. Lines and paid answers are kept beyond it; prompts and long outputs are not. */
export interface Room {
  /** Whether so much may be written. Told once when it may not. */
  take(bytes: number): boolean
}

export const DEFAULT_JOURNAL_MB = 200

/** `onFull` hears of the first thing that is left out. */
export function roomOf(bytes: number, onFull: () => void): Room {
  let left = bytes
  let told = false
  return {
    take(wanted) {
      if (wanted <= left) {
        left -= wanted
        return true
      }
      if (!told) onFull()
      told = true
      return false
    },
  }
}
