// The compiler takes TypeScript along; the parts of the harness that are Python and Go are copied.
import { cpSync } from 'node:fs'

for (const folder of ['sandbox/harness/pytest', 'sandbox/harness/go/inject'])
  cpSync(folder, `dist/${folder}`, { recursive: true, filter: (path) => !/\.mts$|__pycache__/.test(path) })
