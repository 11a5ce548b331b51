import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boxVariables, looksSecret, whyRefused } from '../../src/core/box-variables.ts'

describe('env:', () => {
  it('takes the value of the host or the one that is given, also an empty one and one with =', () => {
    const made = boxVariables(['CITY', 'ZONE=a=b', 'NONE='], { CITY: 'Berlin', ZONE: 'other' })

    expect(made).toEqual({ env: { CITY: 'Berlin', ZONE: 'a=b', NONE: '' }, warnings: [] })
  })

  it('tells of a name that is not set', () => {
    expect(boxVariables(['CITY'], {})).toEqual({
      env: {},
      warnings: ['env: CITY is not set here, so the box does not get it'],
    })
  })

  it('passes on what looks like a secret, and warns without its value', () => {
    const made = boxVariables(['DB_TOKEN', 'URL=postgres://me:hidden@db/x'], { DB_TOKEN: 'hidden' })

    expect(Object.keys(made.env)).toEqual(['DB_TOKEN', 'URL'])
    expect(made.warnings).toHaveLength(2)
    expect(made.warnings.join()).not.toContain('hidden')
  })

  it('knows a secret by its name or by a password in an address', () => {
    for (const name of ['API_KEY', 'token', 'DB_PASSWORD', 'npm_config__auth', 'MYSQL_PWD']) {
      expect(looksSecret(name, 'x'), name).toBe(true)
    }
    for (const name of ['PWD', 'KEYBOARD', 'MONKEY', 'TOKENIZERS_PARALLELISM', 'AUTHOR']) {
      expect(looksSecret(name, 'x'), name).toBe(false)
    }
    expect(looksSecret('URL', 'http://localhost:80/a@b')).toBe(false)
  })

  it('refuses what the box sets, what loads code, what leads to the host, and keys of models', () => {
    const names = ['PATH', 'HOME', 'TMPDIR', 'LD_PRELOAD', 'BASH_ENV', 'NODE_PATH', 'GIT_DIR', 'VITEST_POOL_ID']
    for (const name of [...names, 'SSH_AUTH_SOCK', 'DOCKER_HOST', 'ANTHROPIC_API_KEY', 'OPENAI_API_KEY']) {
      expect(whyRefused(name, null), name).not.toBeNull()
    }
    for (const name of ['DATABASE_URL', 'LD_LIBRARY_PATH', 'GOFLAGS', 'TZ', 'CI', 'JAVA_TOOL_OPTIONS', 'PATHS']) {
      expect(whyRefused(name, null), name).toBeNull()
    }
  })

  it('allows of NODE_OPTIONS only what loads no code', () => {
    expect(whyRefused('NODE_OPTIONS', '--max-old-space-size=4096 --no-warnings')).toBeNull()
    expect(whyRefused('NODE_OPTIONS', null)).toContain('give its value here')
    for (const bad of [
      '--require=./a.cjs',
      '-r ./a',
      '--import x',
      '--inspect=0.0.0.0:9229',
      '--max-old-space-size=1;x',
    ]) {
      expect(whyRefused('NODE_OPTIONS', bad), bad).not.toBeNull()
      expect(whyRefused('NODE_OPTIONS', `--no-warnings ${bad}`), bad).not.toBeNull()
    }
  })

  it('never says a value', () => {
    const name = fc.stringMatching(/^[A-Z]{1,5}(_TOKEN)?$/)
    const value = fc.stringMatching(/^[a-z0-9]{12}$/)
    fc.assert(
      fc.property(name, value, fc.boolean(), (variable, secret, own) => {
        const made = boxVariables([own ? `${variable}=${secret}` : variable], { [variable]: secret })
        expect(made.env).toEqual({ [variable]: secret })
        expect(made.warnings.join()).not.toContain(secret)
      }),
    )
  })
})
