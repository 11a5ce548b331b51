import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assemble, type Part, type PartKind } from '../../../src/core/prompt/prompt.ts'

const count = (text: string) => Math.ceil(text.length / 4)

const part = (source: string, size: number, mandatory: boolean, kind: PartKind = 'file'): Part => ({
  kind,
  source,
  text: `<${source}>`.padEnd(size * 4, '.'),
  mandatory,
})

const kinds = fc.constantFrom<PartKind>('rules', 'steering', 'slice', 'kit', 'tests', 'file', 'map', 'past', 'role')
const parts = fc
  .array(fc.record({ kind: kinds, size: fc.integer({ min: 3, max: 60 }), mandatory: fc.boolean() }), { maxLength: 12 })
  .map((all) => all.map(({ kind, size, mandatory }, i) => part(`part-${i}`, size, mandatory, kind)))

describe('a prompt', () => {
  it('keeps the order of its parts, has the rules apart, and no mandatory part is missing', () => {
    fc.assert(
      fc.property(parts, fc.integer({ min: 0, max: 600 }), (all, limit) => {
        const made = assemble('author', 'v1', all, { limit, aim: 1e9 }, count)
        if (!made.ok) return
        const { system, user, manifest } = made.prompt
        const sources = manifest.parts.map(({ source }) => source)
        expect(all.map(({ source }) => source).filter((source) => sources.includes(source))).toEqual(sources)
        for (const one of all) {
          const text = one.kind === 'rules' ? system : user
          expect(text.includes(`<${one.source}>`)).toBe(sources.includes(one.source))
          if (one.mandatory) expect(sources).toContain(one.source)
        }
        const shown = [...user.matchAll(/<(part-\d+)>/g)].map((match) => match[1])
        const rules = [...system.matchAll(/<(part-\d+)>/g)].map((match) => match[1])
        expect(sources.filter((source) => !rules.includes(source))).toEqual(shown)
      }),
    )
  })

  it('has a manifest that adds up: every part is in or left out, and the sum is within the limit', () => {
    fc.assert(
      fc.property(parts, fc.integer({ min: 0, max: 600 }), (all, limit) => {
        const made = assemble('implementer', 'v1', all, { limit, aim: 1e9 }, count)
        const manifest = made.ok ? made.prompt.manifest : made.manifest
        expect(manifest.tokens).toBe(manifest.parts.reduce((sum, one) => sum + one.tokens, 0))
        const named = [...manifest.parts, ...manifest.dropped].map(({ source }) => source)
        expect(named.sort()).toEqual(all.map(({ source }) => source).sort())
        expect(manifest.limit).toBe(limit)
        expect(made.ok).toBe(manifest.tokens <= limit)
        for (const one of manifest.dropped) expect(one.why).toContain(String(limit))
      }),
    )
  })

  it('counts at least what it has', () => {
    fc.assert(
      fc.property(parts, (all) => {
        const made = assemble('author', 'v1', all, { limit: 1e9, aim: 1e9 }, count)
        if (!made.ok) throw new Error(made.message)
        const { system, user, manifest } = made.prompt
        expect(manifest.tokens).toBeGreaterThanOrEqual(count(system) + count(user) - 1)
      }),
    )
  })

  it('drops later optional parts first, and none that need not go', () => {
    fc.assert(
      fc.property(parts, fc.integer({ min: 0, max: 600 }), (all, limit) => {
        const made = assemble('author', 'v1', all, { limit, aim: 1e9 }, count)
        const manifest = made.ok ? made.prompt.manifest : made.manifest
        const size = (one: Part) => count(one.text) + 2
        const fixed = all.reduce((sum, one) => sum + (one.mandatory ? size(one) : 0), 0)
        const fits = (source: string) => fixed + size(all.find((one) => one.source === source)!) <= limit
        const optional = all
          .filter((one) => !one.mandatory)
          .map(({ source }) => source)
          .filter(fits)
        const dropped = manifest.dropped.map(({ source }) => source).filter(fits)
        expect(dropped).toEqual(optional.slice(optional.length - dropped.length))
        const first = manifest.dropped[0]
        if (first && made.ok) expect(manifest.tokens + first.tokens).toBeGreaterThan(limit)
      }),
    )
  })

  it('takes short forms by rank while it is longer than its aim, whatever was asked or answered before', () => {
    const short = (source: string, size: number, rank: number): Part => ({
      ...part(source, size, rank === 1),
      rank,
      short: `<${source}> short`,
    })
    const all = [part('rules', 10, true, 'rules'), short('file', 40, 1), short('map', 40, 3), short('outline', 40, 2)]
    const past = fc.array(fc.constantFrom<PartKind>('need', 'past').map((kind) => part('later', 50, true, kind)))
    const shortened = (parts: Part[], aim: number) => {
      const made = assemble('author', 'v1', parts, { limit: 1e9, aim }, count)
      return made.ok ? made.prompt : null
    }
    expect(
      [200, 120, 80, 40].map((aim) => shortened(all, aim)?.manifest.shortened.map(({ source }) => source)),
    ).toEqual([[], ['map'], ['map', 'outline'], ['map', 'outline', 'file']])
    fc.assert(
      fc.property(past, fc.integer({ min: 0, max: 300 }), (later, aim) => {
        const first = shortened(all, aim)!
        const next = shortened([...all, ...later], aim)!
        expect(next.user.startsWith(first.user.trimEnd())).toBe(true)
      }),
    )
  })

  it('is the same bytes for the same parts', () => {
    fc.assert(
      fc.property(parts, (all) => {
        const once = assemble('author', 'v1', all, { limit: 300, aim: 1e9 }, count)
        expect(assemble('author', 'v1', structuredClone(all), { limit: 300, aim: 1e9 }, count)).toEqual(once)
      }),
    )
  })

  it('begins alike for both roles as long as their parts do, so that a cache can serve it', () => {
    const common = [part('rules', 20, true, 'rules'), part('slice', 30, true, 'slice')]
    const prompts = (['author', 'implementer'] as const).map((role) =>
      assemble(role, 'v1', [...common, part(role, 10, true, 'role')], { limit: 1_000, aim: 1e9 }, count),
    )
    const [a, b] = prompts.map((made) => (made.ok ? made.prompt : null))
    expect(a!.system).toBe(b!.system)
    expect(a!.user.slice(0, 120)).toBe(b!.user.slice(0, 120))
  })

  it('is an error where what must be in it does not fit: with both numbers, the largest part and the setting', () => {
    const all = [part('slice', 300, true, 'slice'), part('src/a.ts', 20, true), part('src/b.ts', 20, false)]
    const made = assemble('author', 'v1', all, { limit: 100, aim: 1e9 }, count)
    if (made.ok) throw new Error('it fits')
    expect(made.message).toContain('324 tokens, and the limit is 100')
    expect(made.message).toContain('slice, 302 tokens')
    expect(made.message).toContain('`context.maxTokens`')
    expect(made.manifest.dropped).toMatchObject([{ source: 'src/b.ts' }])
  })
})

describe('the marks of a prompt', () => {
  const part = (kind: PartKind, text: string): Part => ({ kind, source: kind, text, mandatory: true })
  const texts = fc.array(fc.constantFrom('one', ' two ', 'three\n'), { maxLength: 4 })
  const common = [part('rules', 'r'), part('steering', 's'), part('slice', 'the task')]
  const built = (parts: Part[]) => {
    const result = assemble('implementer', '1', parts, { limit: 10_000, aim: 1e9 }, (text) => text.length)
    if (!result.ok) throw new Error(result.message)
    return result.prompt
  }

  it('stand where the prompts of another role, and of another attempt, still have the same bytes', () => {
    fc.assert(
      fc.property(texts, texts, texts, (own, first, second) => {
        const before = [...common, ...own.map((text) => part('file', text)), part('role', 'do it')]
        const one = built([...before, ...first.map((text) => part('past', text))])
        const two = built([...before, ...second.map((text) => part('need', text))])
        const other = built([...common, part('tests', 'names'), part('role', 'write them')])
        const upTo = ({ user, stable }: typeof one, at: number) => user.slice(0, stable[at])
        expect(one.stable.slice(0, 3)).toEqual(two.stable.slice(0, 3))
        expect(upTo(one, 2)).toBe(upTo(two, 2))
        expect(upTo(one, 1)).toBe(upTo(other, 1))
        expect([upTo(one, 0), upTo(one, 1)]).toEqual(['s', 's\n\nthe task'])
        expect(upTo(one, 2).endsWith('do it')).toBe(true)
        // What one question brought is where the next one may begin.
        const next = built([...before, ...[...first, ...second].map((text) => part('past', text))])
        expect(next.stable.slice(0, one.stable.length)).toEqual(one.stable)
        expect(next.stable).toHaveLength(3 + first.length + second.length)
        expect(next.user.slice(0, one.stable.at(-1))).toBe(one.user.trimEnd())
      }),
    )
  })
})
