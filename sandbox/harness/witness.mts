/**
 * The harness is in the same process as the code that it judges, so what is sent out of there is signed with a key that
 * was taken before any of that code was loaded, and by functions that were taken then: changing a prototype later
 * changes nothing here.
 */
import { createHmac, Hmac } from 'node:crypto'

/** `mac` is the HMAC-SHA256, in hex, of the name of what was seen and of `body`, a JSON text. */
export interface Sealed {
  body: string
  mac: string
}

const { apply, ownKeys } = Reflect
// Bindings of built-in modules can be changed from outside as well.
const makeHmac = createHmac
const { create, setPrototypeOf } = Object
const { isArray } = Array
const { stringify } = JSON
const { update, digest } = Hmac.prototype

/** Signs what was seen of the thing called `name`. */
export function seal(key: string, name: string, seen: object): Sealed {
  const body = stringify(bare(seen))
  return { body, mac: macOf(key, name, body) }
}

/** What was sealed under this name and key; null when it was not. */
export function unseal<T>(key: string, name: string, sealed: unknown): T | null {
  const { body, mac } = (sealed ?? {}) as Partial<Sealed>
  if (typeof body !== 'string' || typeof mac !== 'string' || macOf(key, name, body) !== mac) return null
  return JSON.parse(body) as T
}

/** What a seal holds, whoever made it: good enough for a display. */
export function peek<T>(sealed: unknown): T | null {
  try {
    return JSON.parse((sealed as Sealed).body) as T
  } catch {
    return null
  }
}

function macOf(key: string, name: string, body: string): string {
  const hmac = makeHmac('sha256', key)
  apply(update, hmac, [`${name.length} ${name} ${body}`])
  return apply(digest, hmac, ['hex']) as string
}

/** A copy without prototypes: `toJSON` on a prototype would be asked what to sign. */
function bare(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const list = isArray(value)
  const copy: object = list ? setPrototypeOf([], null) : create(null)
  const keys = ownKeys(value)
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at]!
    if (list && key === 'length') continue
    ;(copy as Record<PropertyKey, unknown>)[key] = bare((value as Record<PropertyKey, unknown>)[key])
  }
  return copy
}
