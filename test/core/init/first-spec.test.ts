import { expect, it } from 'vitest'
import { firstSpec } from '../../../src/core/init/first-spec.ts'
import { sliceOf } from '../../../src/core/spec/slice.ts'
import { spec } from '../spec/fixture.ts'

it.each([['TypeScript'], ['Python'], ['Go'], ['Rust']])(
  'of %s sends its task the part of the design that says what to write',
  (language) => {
    const { files } = firstSpec([language])
    const [requirements, design, tasks] = ['requirements', 'design', 'tasks'].map(
      (name) => files[`specs/first/${name}.md`]!,
    )
    const slice = sliceOf(spec({ requirements: requirements!, design: design!, tasks: tasks! }), '1')
    expect(JSON.stringify(slice.sections)).toMatch(/slugify\(title\)|Slugify\(title string\)/)
  },
)
