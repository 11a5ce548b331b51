// npm links the programs of dependencies into node_modules/.bin, not the package's own. With these links `npx agent`
// in a clone starts at once, and always ours: another package owns the name `agent` on the registry.
import { mkdirSync, rmSync, symlinkSync } from 'node:fs'

mkdirSync('node_modules/.bin', { recursive: true })
for (const name of ['agent', 'specproof']) {
  rmSync(`node_modules/.bin/${name}`, { force: true })
  symlinkSync('../../bin/agent.js', `node_modules/.bin/${name}`)
}
