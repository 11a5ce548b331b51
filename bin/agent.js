#!/usr/bin/env node
// Plain JavaScript that any Node reads: it must be able to say that this Node is too old.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 12)) {
  console.error(
    `agent needs Node 22.12 or newer, and this is Node ${process.versions.node} (${process.execPath}): install a newer one, or \`npm i -D node@24\` in the project and call \`npx agent\`.`,
  )
  process.exitCode = 10
} else {
  await import('../dist/src/cli.js')
}
