/**
 * Node's own: a hash is a pure function of its input. The module is asked for with the first hash, since making it ready takes longer
 * than much that `agent` does.
 */
let crypto: typeof import('node:crypto') | undefined

export function sha256(data: string | Uint8Array): string {
  crypto ??= process.getBuiltinModule('node:crypto')
  return crypto.hash('sha256', data, 'hex')
}

/** Eight hexadecimal digits (FNV-1a of 32 bits over UTF-16 units), for a name that nobody gains by having twice. */
export function shortName(text: string): string {
  let state = 0x811c9dc5
  for (let at = 0; at < text.length; at++) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193)
  return (state >>> 0).toString(16).padStart(8, '0')
}
