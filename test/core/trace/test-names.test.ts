import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bracketed, hasTest, readTestFile } from '../../../src/core/trace/test-names.ts'

const TYPESCRIPT = `// Feature: job queue, Property 1: Order
// **Validates: Requirements 2.1, 2.2**
describe('the queue', () => {
  it('keeps order (2.1, 2.2)', () => {
    it.skip
  })
  it.each([
    [1, 'a'],
  ])(
    "takes %d in \\"order\\"",
    (n) => { expect(f('no test', n)) },
  )
  test.concurrent(\`a name
    b\`, async () => {
    // Feature: job-queue, Property 2 and 3: Inside
    /* Validates: Requirement 2.3 */
  })
  /**
   * **Feature: job-queue, Property 4: Above**
   */
  it.skip('skipped', () => {})
  it('above', () => { const data = '// Feature: job-queue, Property 9: data' })
  const spec = \`
**Validates: Requirements 9.9**
- Validates: Requirement 9.8\`
})
it('Feature: job-queue, Property 5: in the name - Validates: Requirements 1.1', () => {})
`

describe('names and tags of tests', () => {
  it('are read from TypeScript', () => {
    const { tests, tags } = readTestFile('test/queue.test.ts', TYPESCRIPT)
    expect(tests.map(({ name, line, group }) => [line, group ? 'group' : 'test', name])).toEqual([
      [3, 'group', 'the queue'],
      [4, 'test', 'keeps order (2.1, 2.2)'],
      [10, 'test', 'takes %d in "order"'],
      [13, 'test', 'a name\n    b'],
      [22, 'test', 'above'],
      [27, 'test', 'Feature: job-queue, Property 5: in the name - Validates: Requirements 1.1'],
    ])
    const told = tags.map((tag) => [
      tag.feature,
      tag.properties,
      tag.references.map(({ written }) => written),
      tag.test?.slice(0, 11),
    ])
    expect(told).toEqual([
      ['job queue', [1], [], 'keeps order'],
      ['job queue', [], ['2.1', '2.2'], 'keeps order'],
      ['job-queue', [2, 3], [], 'a name\n    '],
      ['job-queue', [], ['Requirement 2.3'], 'a name\n    '],
      ['job-queue', [4], [], 'above'],
      ['job-queue', [5], [], 'Feature: jo'],
      ['job-queue', [], ['1.1'], 'Feature: jo'],
    ])
  })

  it.each<[string, string, string[], string]>([
    [
      'tests/test_queue.py',
      'class TestQueue:\n    def test_order(self):\n        """\n        Feature: q, Property 1: Order\n        """\n\n    async def test_next(self): ...\n',
      ['TestQueue', 'test_order', 'test_next'],
      'test_order',
    ],
    [
      'queue_test.go',
      '// Feature: q, Property 1: Order\nfunc TestOrder(t *testing.T) {\n\tt.Run("empty queue", func(t *testing.T) {})\n}\n',
      ['TestOrder', 'empty queue'],
      'TestOrder',
    ],
    [
      'suite_test.go',
      'func Testify() {}\nfunc BenchmarkX(b *testing.B) {}\n// Feature: q, Property 1: Order\nfunc (s *Suite) TestOrder() {\n\tproperties.Property("higher first", prop.ForAll(f))\n}\nfunc ExampleQueue() {}\n',
      ['TestOrder', 'higher first', 'ExampleQueue'],
      'TestOrder',
    ],
    [
      'tests/queue.rs',
      '/// Feature: q, Property 1: Order\n#[test]\nfn keeps_order() {}\n',
      ['keeps_order'],
      'keeps_order',
    ],
    [
      'src/test/java/QueueTest.java',
      '  // Feature: q, Property 1: Order\n  @Test\n  void keepsOrder() {}\n',
      ['keepsOrder'],
      'keepsOrder',
    ],
  ])('are read from %s', (path, text, names, tagged) => {
    const { tests, tags } = readTestFile(path, text)
    expect(tests.map(({ name }) => name)).toEqual(names)
    expect(tags).toMatchObject([{ feature: 'q', properties: [1], test: tagged }])
  })

  it('end with ids in brackets', () => {
    const ids = (name: string) => bracketed(name).flatMap((one) => (one.kind === 'id' ? [one.id] : []))
    expect(ids('keeps order (2.1, FR-003)')).toEqual(['2.1', 'FR-003'])
    expect(ids('keeps (2.1) order')).toEqual([])
    expect(ids('takes a while (about 5 s)')).toEqual([])
  })

  it('are found by name, and by suite and name', () => {
    const file = readTestFile('a.test.ts', TYPESCRIPT)
    for (const name of ['above', 'the queue > above', 'the queue::above']) expect(hasTest(file, name)).toBe(true)
    for (const name of ['abov', 'the stack > above', 'no test', '']) expect(hasTest(file, name)).toBe(false)
    const go = readTestFile('a_test.go', 'func TestOrder(t *testing.T) {\n\tt.Run("empty queue", f)\n}\n')
    for (const name of ['TestOrder', 'TestOrder/empty_queue', 'TestOrder/empty queue', 'TestOrder::empty queue'])
      expect(hasTest(go, name)).toBe(true)
    for (const name of ['TestOther/empty_queue', 'TestOrder/other']) expect(hasTest(go, name)).toBe(false)
  })

  it('end with the ids of criteria, also where they are names of functions', () => {
    const ids = (name: string) => bracketed(name).map((one) => (one.kind === 'id' ? one.id : one.kind))
    expect(ids('keeps order (2.1, 2.2)')).toEqual(['2.1', '2.2'])
    expect(ids('TestFreeWorkerGetsTheJob_4_1')).toEqual(['4.1'])
    expect(ids('test_a_worker_is_failed_3_12')).toEqual(['3.12'])
    for (const name of ['TestOrder_4', 'takes 3_4', 'TestVersion2', 'property1']) expect(ids(name)).toEqual([])
    for (const name of [
      'keeps order (Property 1)',
      'TestOrderProperty_1',
      'test_order_property_1',
      'TestOrder_Property1',
    ])
      expect(ids(name)).toEqual(['property'])
  })

  it('of a state machine of Hypothesis are that of its class of tests', () => {
    const text =
      'class BoxMachine(RuleBasedStateMachine):\n    pass\n\nTestBoxProperty_1 = BoxMachine.TestCase\nTestLimit = 3\n'
    expect(readTestFile('test_box.py', text).tests.map(({ name }) => name)).toEqual(['TestBoxProperty_1'])
  })

  it('are read from anything, in time that grows with it', () => {
    const piece = fc.constantFrom(
      'it(',
      "'",
      '"',
      '`',
      '(',
      ')',
      ' ',
      '\n',
      '\\',
      ',',
      'Feature: a, Property 1',
      'Validates: 1.1',
      '(1.1)',
      'x',
    )
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 60 }),
        fc.constantFrom('a.ts', 'a.py', 'a.go', 'a.rs'),
        (parts, path) => {
          const text = parts.join('')
          const lines = text.split('\n').length
          const { tests, tags } = readTestFile(path, text)
          for (const { line } of [...tests, ...tags]) expect(line >= 1 && line <= lines).toBe(true)
          expect(tests.map(({ line }) => line)).toEqual(tests.map(({ line }) => line).sort((a, b) => a - b))
        },
      ),
    )
    for (const hostile of ['it(`', 'it("\\', ')(', 'Feature: ', 'it.'.repeat(5), '(   '])
      expect(readTestFile('a.ts', hostile.repeat(100_000)).path).toBe('a.ts')
  })
})
