// Plain JavaScript for a Node that is too old for the program: nothing here is newer than Node 16.
import { spawn } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Holds the id of the process that has looked already; it stands for its own child alone. */
const MARK = 'SPECPROOF_NODE_OF'

/**
 * Starts the program again with the package `node` of this package, of the current folder or of one above it, and answers how that
 * ended. Null: there is none that is new enough. `recent` tells it of a version.
 */
export async function withNewerNode(program, words, recent) {
  if (process.env[MARK] === String(process.ppid)) return null
  const node = newerNode(recent)
  if (node === null) return null
  const env = {
    ...process.env,
    // As npx does it: what the program starts by the name `node` is this one too.
    PATH: [dirname(node), process.env.PATH].filter(Boolean).join(delimiter),
    [MARK]: String(process.pid),
  }
  const child = spawn(node, [program, ...words], { stdio: 'inherit', env })
  // Not spawnSync: a signal to this process alone has to reach the one that does the work.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => child.kill(name))
  return new Promise((resolve) => {
    child.once('error', () => resolve(null))
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
}

/** Ends this process as the other one has ended. */
export function endAs({ code, signal }) {
  process.exitCode = code === null ? 128 + constants.signals[signal] : code
  if (signal === null) return
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
}

function newerNode(recent) {
  const own = dirname(dirname(fileURLToPath(import.meta.url)))
  const found = [{ home: own, trusted: true }, ...foldersUp(process.cwd()).map((home) => ({ home, trusted: false }))]
    .filter(({ home, trusted }) => trusted || isMine(join(home, 'node_modules', 'node')))
    .find(({ home }) => isThere(home, recent))
  return found === undefined ? null : join(found.home, 'node_modules', 'node', 'bin', 'node')
}

function foldersUp(dir) {
  const above = dirname(dir)
  return above === dir ? [dir] : [dir, ...foldersUp(above)]
}

/** A folder that many can write to, such as /tmp, may hold what somebody else has put there. */
function isMine(path) {
  try {
    return [process.getuid(), 0].includes(statSync(path).uid)
  } catch {
    return false
  }
}

function isThere(home, recent) {
  const folder = join(home, 'node_modules', 'node')
  try {
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return recent(version) && statSync(join(folder, 'bin', 'node')).isFile()
  } catch {
    return false
  }
}
