import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { importedFiles, namedFiles, nearestTest } from '../../../src/core/prompt/select-files.ts'

describe('files that a text names', () => {
  const PATHS = [
    'package.json',
    'src/clock.ts',
    'src/net/index.ts',
    'src/net/wire.ts',
    'src/queue/index.ts',
    '.github/ci.yml',
  ]

  it.each([
    ['by their path', 'Change src/clock.ts.', ['src/clock.ts']],
    [
      'by their path in code or parentheses',
      'see `src/clock.ts` (and src/net/wire.ts),',
      ['src/clock.ts', 'src/net/wire.ts'],
    ],
    ['by a path that begins with a dot', './src/clock.ts and .github/ci.yml', ['src/clock.ts', '.github/ci.yml']],
    ['by their name, where one file only has it', 'wire.ts, package.json', ['package.json', 'src/net/wire.ts']],
    ['not by a name that two files have', 'index.ts', []],
    ['not by a part of a name', 'lock.ts and src/clock.tsx and src/clock', []],
    ['not by words', 'e.g. a clock, i.e. Node.js', []],
    [
      'once each, in the order of the repository',
      'wire.ts src/clock.ts src/net/wire.ts',
      ['src/clock.ts', 'src/net/wire.ts'],
    ],
  ])('%s', (_, text, found) => expect(namedFiles(text, PATHS)).toEqual(found))

  it('are files of the repository only, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        for (const path of namedFiles(`${text} src/clock.ts`, PATHS)) expect(PATHS).toContain(path)
      }),
    )
  })
})

describe('files that a file imports', () => {
  const PATHS = [
    'a.ts',
    'src/a.ts',
    'src/b.ts',
    'src/view.tsx',
    'src/old.js',
    'src/m.mts',
    'src/net/index.ts',
    'lib/c.ts',
  ]

  it.each([
    ['with its ending', "import { a } from './a.ts'", ['src/a.ts']],
    ['without an ending', "import a from './a'", ['src/a.ts']],
    ['as the built file', 'import * as a from "./a.js"', ['src/a.ts']],
    ['as the built module', "import './m.mjs'", ['src/m.mts']],
    ['with JSX', "import { View } from './view'\nimport type { V } from './view.js'", ['src/view.tsx', 'src/view.tsx']],
    ['in JavaScript', "import old from './old.js'", ['src/old.js']],
    ['as a folder', "export * from './net'", ['src/net/index.ts']],
    ['above', "import { c } from '../lib/c.ts'\nimport '../a.ts'", ['lib/c.ts', 'a.ts']],
    ['above and down again', "import '../src/./b.ts'", ['src/b.ts']],
    ['when it runs', "const b = await import('./b.ts')", ['src/b.ts']],
    ['over several lines', "import {\n  a,\n  b,\n} from './a.ts'", ['src/a.ts']],
    [
      'no packages, and nothing that is not there',
      "import fs from 'node:fs'\nimport x from 'a.ts'\nimport y from './y.ts'",
      [],
    ],
    ['nothing outside of the repository', "import '../../a.ts'", []],
  ])('%s', (_, text, found) => expect(importedFiles('src/index.ts', text, PATHS)).toEqual(found))
})

describe('the nearest test', () => {
  const TESTS = ['test/clock.test.ts', 'test/heartbeat.test.ts', 'test/heartbeat-detection.test.ts', 'test/z.test.ts']

  it.each([
    ['Implement heartbeat mechanism', 'test/heartbeat.test.ts'],
    ['Detection of a missing Heartbeat', 'test/heartbeat-detection.test.ts'],
    ['Something else', 'test/z.test.ts'],
  ])('of %j is %s', (wanted, found) => {
    expect(nearestTest(wanted, TESTS)).toBe(found)
    expect(nearestTest(wanted, [...TESTS].reverse())).toBe(found)
  })

  it('is that of a file which is named, in whichever language', () => {
    const tests = ['pkg/counter_test.go', 'pkg/queue_test.go', 'tests/test_queue.py', 'test/queue.spec.ts', 'a_test.go']
    for (const test of ['pkg/queue_test.go', 'tests/test_queue.py', 'test/queue.spec.ts'])
      expect(nearestTest('a counter', ['a_test.go', 'pkg/counter_test.go', test], ['src/queue.py'])).toBe(test)
    expect(nearestTest('a counter', tests, ['pkg/other.go'])).toBe('pkg/counter_test.go')
  })

  it('is one of the folder that holds most tests, where no words tell', () => {
    const tests = ['test_install.py', 'pkg/tests/test_queue.py', 'pkg/tests/test_priority.py']
    expect(nearestTest('Compute delays', tests)).toBe('pkg/tests/test_queue.py')
  })

  it('is none where there is no test', () => expect(nearestTest('heartbeat', [])).toBe(null))
})

describe('modules that a file imports', () => {
  const PATHS = [
    'src/shop/till.py',
    'src/shop/__init__.py',
    'src/shop/models/job.py',
    'util.py',
    'deep/util.py',
    'internal/queue/queue.go',
    'internal/queue/take.go',
    'internal/queue/queue_test.go',
    'fmt/own.go',
    'core/src/ledger.rs',
    'core/src/net/mod.rs',
    'core/src/net/wire.rs',
    'core/src/lib.rs',
    'app/src/main/java/com/acme/Till.java',
    'a/com/acme/Twice.java',
    'b/com/acme/Twice.java',
  ]

  it.each([
    [
      'src/shop/a.py',
      'from shop.models.job import Job\nimport shop.till',
      ['src/shop/models/job.py', 'src/shop/till.py'],
    ],
    [
      'src/shop/models/b.py',
      'from .job import Job\nfrom ..till import take\nfrom .. import x',
      ['src/shop/models/job.py', 'src/shop/till.py', 'src/shop/__init__.py'],
    ],
    ['deep/a.py', 'import util\nimport os\nfrom collections import x', ['deep/util.py']],
    [
      'cmd/main.go',
      'import (\n\t"fmt"\n\tq "example.org/shop/internal/queue"\n)\n',
      ['internal/queue/queue.go', 'internal/queue/take.go'],
    ],
    [
      'core/src/net/wire.rs',
      'use crate::ledger::Ledger;\nuse super::Net;\nuse std::fmt;\nuse serde::de;\n',
      ['core/src/ledger.rs'],
    ],
    [
      'core/src/lib.rs',
      'use self::net::wire::Frame;\nuse crate::net::Net;',
      ['core/src/net/wire.rs', 'core/src/net/mod.rs'],
    ],
    [
      'app/src/test/java/T.java',
      'import com.acme.Till;\nimport static com.acme.Till.take;\nimport java.util.List;\nimport com.acme.Twice;',
      ['app/src/main/java/com/acme/Till.java'],
    ],
    ['x.cob', 'IMPORT util', []],
  ])('%s', (path, text, found) => expect(importedFiles(path, text, PATHS)).toEqual(found))

  it('are files of the repository and not the file itself, whatever is written', () => {
    const bit = fc.constantFrom(
      'import ',
      'from ',
      'use ',
      'crate::',
      'super::',
      '.',
      '/',
      '"',
      'util',
      'shop',
      '\n',
      ';',
    )
    const file = fc.constantFrom(
      'src/shop/till.py',
      'internal/queue/queue.go',
      'core/src/net/wire.rs',
      'a/com/acme/Twice.java',
    )
    fc.assert(
      fc.property(file, fc.array(bit, { maxLength: 30 }), (path, bits) => {
        const found = importedFiles(path, bits.join(''), PATHS)
        for (const one of found) expect(PATHS).toContain(one)
        expect(found).not.toContain(path)
        expect(new Set(found).size).toBe(found.length)
      }),
    )
  })
})
