// The compiler takes TypeScript along; the part of the harness that runs in Python's own process is copied.
import { cpSync } from 'node:fs'

const folder = 'sandbox/harness/pytest'
cpSync(folder, `dist/${folder}`, { recursive: true, filter: (path) => !/\.mts$|__pycache__/.test(path) })
