import { ModelNameError, NotGivenError } from './model-name.ts'

/** Services repeat a wrong key partly starred out, so stars belong to the pattern. */
const KEY_LIKE = /\bsk-[\w*.-]{4,}/gi
const BEARER = /\bBearer\s+\S+/gi
const URL_LOGIN = /\/\/[^/\s@]+@/g

/** Takes the key, and everything that looks like one, out of a text meant for people. */
export function mask(text: string, key: string | null): string {
  const withoutKey = key && key.length >= 4 ? text.replaceAll(key, '***') : text
  return withoutKey.replace(BEARER, 'Bearer ***').replace(KEY_LIKE, 'sk-***').replace(URL_LOGIN, '//***@')
}

/**
 * The key from the environment; null when it is not set.
 * @throws ModelNameError when it cannot be sent in a header, without showing it.
 */
export function readKey(env: Record<string, string | undefined>, variable: string): string | null {
  // A key read from a file often brings its line end along.
  const key = env[variable]?.trim()
  if (!key) return null
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new ModelNameError(`${variable} holds a character that no key has (a space or a typographic quote?)`)
  }
  return key
}

/** @throws ModelNameError naming the variable and how to set it. */
export function requireKey(env: Record<string, string | undefined>, variable: string, name: string): string {
  const key = readKey(env, variable)
  if (key) return key
  throw new NotGivenError(`model "${name}" needs a key: set it with "export ${variable}=..." and start again`)
}

/** @throws ModelNameError when `url` is not an http(s) address; `source` says where it was written. */
export function requireUrl(url: string, source: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (parsed?.protocol === 'http:' || parsed?.protocol === 'https:') return url
  throw new ModelNameError(
    `${source} is not an address: "${mask(url, null)}": write http://HOST:PORT/v1 or https://...`,
  )
}
