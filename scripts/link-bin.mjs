// npm links the programs of dependencies into node_modules/.bin, not the package's own. With these links `npx agent`
// in a clone starts at once, and always ours: another package owns the name `agent` on the registry.
import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'

mkdirSync('node_modules/.bin', { recursive: true })
for (const name of ['agent', 'specproof']) {
  const beside = `node_modules/.bin/${name}.${process.pid}`
  rmSync(beside, { force: true })
  symlinkSync('../../bin/agent.js', beside)
  // The link is never gone for somebody who starts it meanwhile.
  renameSync(beside, `node_modules/.bin/${name}`)
}
