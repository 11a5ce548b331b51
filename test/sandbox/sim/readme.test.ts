import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

it('the page for test authors shows the example that is run here, and stays one page', () => {
  const page = read('../../../sandbox/sim/README.md')
  const example = read('./readme/test/heartbeat.test.ts')
  expect(page).toContain(example.replace('../../../../../sandbox/sim/index.ts', 'specproof/sim'))
  expect(page.trimEnd().split('\n').length).toBeLessThanOrEqual(95)
})
