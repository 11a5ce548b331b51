import picomatch from 'picomatch'

/** Files that usually hold secrets. Models never see them, whatever names them. */
export const DEFAULT_DENY = [
  '**/.env',
  '**/.env.*',
  '**/*.pem',
  '**/*.key',
  '**/*.p12',
  '**/*.pfx',
  '**/*.jks',
  '**/*.keystore',
  '**/id_rsa*',
  '**/id_ed25519*',
  '**/id_ecdsa*',
  '**/.npmrc',
  '**/.pypirc',
  '**/.netrc',
  '**/.git-credentials',
  '**/credentials.json',
  '**/secrets.{yaml,yml,json,toml}',
]
/** Written to be seen. */
const SAMPLES = ['**/.env.{example,sample,template,dist,defaults}', '**/*.pub']

/** Whether the contents of a path may leave the machine. */
export function createDeny(globs: readonly string[]): (path: string) => boolean {
  const options = { dot: true, nocase: true, windows: false }
  const sample = picomatch(SAMPLES, options)
  const secret = picomatch(DEFAULT_DENY, options)
  const own = globs.length > 0 ? picomatch([...globs], options) : () => false
  return (path) => own(path) || (secret(path) && !sample(path))
}
