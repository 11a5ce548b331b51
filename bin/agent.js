#!/usr/bin/env node
// Plain JavaScript that any Node reads: it must be able to say that this Node is too old. Modules that are built in are asked for by
// name, since an `import` of one makes all that it can do, which takes longer than what is done here.
if (!recent(process.versions.node)) {
  const { endAs, withNewerNode } = await import('./newer-node.js')
  const ended = await withNewerNode(process.argv[1], process.argv.slice(2), recent)
  if (ended === null) {
    console.error(
      `agent needs Node 22.12 or newer, and this is Node ${process.versions.node} (${process.execPath}): install a newer one, or \`npm i -D node@24\` in the project and call \`npx agent\`.`,
    )
    process.exitCode = 10
  } else endAs(ended)
} else {
  const { readFileSync, writeSync } = process.getBuiltinModule('fs')
  const text = written(process.argv.slice(2), readFileSync)
  if (text === null) {
    keepCompiled()
    await import('../dist/src/cli.js')
  } else print(text, writeSync)
}

function recent(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 12)
}

/** What these words ask for, if it is help or the version: the build has written it down. */
function written(words, readFileSync) {
  const last = words.at(-1)
  const help = last === '--help' || last === '-h'
  if (words.length > 2 || !(help || (words.length === 1 && (last === '--version' || last === '-V')))) return null
  try {
    const { version, program, commands } = JSON.parse(
      readFileSync(new URL('../dist/help.json', import.meta.url), 'utf8'),
    )
    if (!help) return version
    return words.length === 1 ? program : Object.hasOwn(commands, words[0]) ? commands[words[0]] : null
  } catch {
    return null
  }
}

function print(text, writeSync) {
  const bytes = Buffer.from(text)
  let at = 0
  try {
    while (at < bytes.length) at += writeSync(1, bytes, at)
  } catch (error) {
    // A reader that goes away (`agent --help | head`) is no error of ours.
    if (error.code === 'EAGAIN') process.stdout.write(bytes.subarray(at))
    else if (error.code !== 'EPIPE') throw error
  }
}

/** What Node makes of our code is kept for the next time, in a folder of the user alone. */
function keepCompiled() {
  const { HOME, XDG_CACHE_HOME } = process.env
  const cache = XDG_CACHE_HOME || (HOME && `${HOME}/.cache`)
  if (cache) process.getBuiltinModule('module').enableCompileCache(`${cache}/specproof-code`)
}
