import { describe, expect, it } from 'vitest'
import { firstSpec } from '../../../src/core/init/first-spec.ts'
import { asDirect, goGetCommand, hasGoLibrary } from '../../../src/core/init/install.ts'

describe('a property library for Go', () => {
  it('is the newest that the module can have without a newer Go', () => {
    expect(goGetCommand('module a\n\ngo 1.24.1\n')).toEqual(['go', 'get', 'pgregory.net/rapid@latest'])
    expect(goGetCommand('module a\n\ngo 1.23\n')).toEqual(['go', 'get', 'pgregory.net/rapid@latest'])
    for (const text of ['module a\n\ngo 1.22\n', 'module a\n'])
      expect(goGetCommand(text)).toEqual(['go', 'get', 'pgregory.net/rapid@v1.2.0'])
  })

  it('is not added where there is one', () => {
    expect(hasGoLibrary('require github.com/leanovate/gopter v0.2.11\n')).toBe(true)
    expect(hasGoLibrary('require (\n\tpgregory.net/rapid v1.2.0 // indirect\n)\n')).toBe(true)
    expect(hasGoLibrary('module pgregory.net/rapidly\n\nrequire a.org/b v1.0.0\n')).toBe(false)
  })

  it('stands in go.mod as required by the module itself', () => {
    const text = 'module a\n\nrequire a.org/b v1.0.0 // indirect\nrequire pgregory.net/rapid v1.2.0 // indirect\n'
    expect(asDirect(text)).toBe('module a\n\nrequire a.org/b v1.0.0 // indirect\nrequire pgregory.net/rapid v1.2.0\n')
  })
})

it('the first spec says where the code lies in each language', () => {
  const design = (...languages: string[]) => firstSpec(languages).files['specs/first/design.md']
  expect(design('Go')).toContain('`slug/slug.go`, package `slug`, has `func Slugify(title string) string`.')
  expect(design('Python')).toContain('`slugify.py` exports')
  expect(design('JavaScript')).toContain('`src/slugify.js` exports')
})
