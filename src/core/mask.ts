import { looksSecret } from './box-variables.ts'

/** Takes secrets out of a text before it is written or sent. Idempotent; lines stay lines. */
export type Mask = (text: string) => string

const STARS = '***'

/** Forms that services give their keys. Each is a prefix with a body that nothing else has. */
const KEYS =
  /\b(?:AKIA[0-9A-Z]{16}|ASIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{30,255}|glpat-[\w-]{20,64}|sk-(?:ant-|proj-)?[A-Za-z0-9_-]{20,255}|xox[abeoprs]-[A-Za-z0-9-]{10,255}|AIza[\w-]{35}|npm_[A-Za-z0-9]{36}|pypi-[\w-]{32,512}|hf_[A-Za-z0-9]{30,64}|sq0[a-z]{3}-[\w-]{22,43}|rk_live_[A-Za-z0-9]{20,99}|sk_live_[A-Za-z0-9]{20,99}|eyJ[\w-]{10,2048}\.eyJ[\w-]{10,4096}\.[\w-]{10,1024})/g
const PRIVATE_KEY = /(-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----)([^-]{16,16384})(-----END [A-Z ]{0,40}PRIVATE KEY-----)/g
const URL_LOGIN = /\b([a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@'"]{1,128}:)[^\s/@'"]{1,256}@/gi
const BEARER = /\b(Bearer|Basic) +[A-Za-z0-9+/_.~-]{16,2048}={0,2}/g
/** `password = "..."`, `"apiKey": "..."`, `TOKEN=...`. */
const ASSIGNED =
  /\b([\w.-]{0,40}(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)["']?\s{0,3}[:=]\s{0,3})(["'`]?)([^\s"'`]{16,256})\2/gi
/** `process.env.NAME_1`: code that reads a secret holds none. */
const NAME = /^[A-Za-z_$][\w$]*(?:\.[\w$]+)+[;,]?$/
/** Bits per character above which a word is no word that a person chose. */
const RANDOM = 3.6

/** Masks values of variables that name a secret, keys in the forms of known services, and random values given to names like `password`. */
export function createMask(env: Record<string, string | undefined>): Mask {
  const values = Object.entries(env)
    .filter(([name, value]) => (value ?? '').trim().length >= 8 && looksSecret(name, value!))
    .flatMap(([, value]) => [value!.trim(), JSON.stringify(value!.trim()).slice(1, -1)])
    // A secret may be part of a longer one.
    .sort((one, other) => other.length - one.length)
  const known = [...new Set(values)]
  return (text) => known.reduce((masked, secret) => masked.replaceAll(secret, STARS), withoutPatterns(text))
}

function withoutPatterns(text: string): string {
  return text
    .replace(PRIVATE_KEY, (_, begin: string, body: string, end: string) => begin + stars(body) + end)
    .replace(KEYS, STARS)
    .replace(BEARER, `$1 ${STARS}`)
    .replace(URL_LOGIN, `$1${STARS}@`)
    .replace(ASSIGNED, (whole, name: string, quote: string, value: string) =>
      isRandom(value) && (quote !== '' || !NAME.test(value)) ? `${name}${quote}${STARS}${quote}` : whole,
    )
}

/** As many lines as before, so that positions in a file keep their meaning. */
function stars(body: string): string {
  return body.replace(/[^\n\\]+/g, STARS)
}

function isRandom(value: string): boolean {
  if (!/\d/.test(value) || !/[A-Za-z]/.test(value) || /[(){}[\]<>$]/.test(value)) return false
  const counts = new Map<string, number>()
  for (const char of value) counts.set(char, (counts.get(char) ?? 0) + 1)
  const entropy = [...counts.values()].reduce((sum, n) => sum - (n / value.length) * Math.log2(n / value.length), 0)
  return entropy >= RANDOM
}

const SECRETIVE = /password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential/i
/** No shorter text holds anything that is masked. */
const SHORTEST = 8

/**
 * A JSON value with each of its texts masked; the very same where nothing was masked. Masking what is serialised would break it:
 * a secret may stand before an escape, or be made of digits that are a number elsewhere.
 */
export function maskValue<T>(value: T, mask: Mask): T {
  return walk(value, mask, '') as T
}

/** `name`: under which the value stands in its object; lists hand on their own. */
function walk(value: unknown, mask: Mask, name: string): unknown {
  if (typeof value === 'string') return maskNamed(value, mask, name)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const masked = value.map((one) => walk(one, mask, name))
    return masked.some((one, at) => one !== value[at]) ? masked : value
  }
  const entries = Object.entries(value)
  const masked = new Map<string, unknown>()
  for (const [key, one] of entries) masked.set(freeName(maskText(key, mask), masked), walk(one, mask, key))
  return entries.every(([key, one]) => masked.has(key) && masked.get(key) === one) ? value : Object.fromEntries(masked)
}

function maskNamed(text: string, mask: Mask, name: string): string {
  const masked = maskText(text, mask)
  if (masked !== text || !SECRETIVE.test(name)) return masked
  // As it would stand in a file.
  return mask(`${name}: "${text}"`) === `${name}: "${STARS}"` ? STARS : text
}

function maskText(text: string, mask: Mask): string {
  return text.length < SHORTEST ? text : mask(text)
}

/** Two names may be alike once they are masked, and neither value may be lost. */
function freeName(name: string, taken: ReadonlyMap<string, unknown>): string {
  let free = name
  for (let count = 2; taken.has(free); count++) free = `${name} ${count}`
  return free
}
