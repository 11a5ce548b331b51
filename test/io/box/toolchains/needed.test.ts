import { expect, it } from 'vitest'
import { neededLanguages } from '../../../../src/io/box/toolchains/needed.ts'

it('asks for a language where the tree has its manifest, in the folder nearest to the top', () => {
  const paths = [
    'a/deep/er/go.mod',
    'services/api/go.mod',
    'requirements-dev.txt',
    'crates/one/Cargo.toml',
    'crates/one/src/lib.rs',
    'app/build.gradle.kts',
  ]
  expect(Object.fromEntries(neededLanguages(paths))).toEqual({
    node: '.',
    go: 'services/api',
    python: '.',
    rust: 'crates/one',
    java: 'app',
  })
})

it('always has Node, and takes nothing from files of others or names that only look alike', () => {
  const others = ['node_modules/x/setup.py', 'vendor/a/go.mod', 'tests/fixtures/p/pom.xml', 'lib/testdata/go.mod']
  const alike = ['docs/go.mod.md', 'main.go', 'my-setup.py', 'Cargo.toml.orig', 'requirements.md']
  expect([...neededLanguages([...others, ...alike]).keys()]).toEqual(['node'])
})
