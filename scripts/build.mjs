// Makes dist/: the program as a bundle, what runs inside the box as single files, the texts of help. All of it is made beside and then put in its
// place, so that a program that runs meanwhile loses no file: one half of dist/ (`a` or `b`) holds this build, the other one the build before,
// and what is switched at the end is one small file. Where the sources are those that dist/ was made of, nothing is done.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { bundle } from './bundle.mjs'
import { helpTexts } from './help.mjs'

const HALVES = ['a', 'b']
const ENTRY = 'dist/src/cli.js'
const MADE_OF = [
  'src',
  'sandbox',
  'scripts',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
]

const sources = hashOf(MADE_OF)
if (!isBuilt(sources)) await build()

async function build() {
  removeLeft()
  const out = `dist.new-${process.pid}`
  process.on('exit', () => rmSync(out, { recursive: true, force: true }))
  const compiler = 'node_modules/typescript/bin/tsc'
  const compiled = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', out], {
    stdio: 'inherit',
  })
  if (compiled.status !== 0) process.exit(compiled.status ?? 1)
  // What the compiler has made of types that the sandbox takes from there.
  rmSync(`${out}/src`, { recursive: true, force: true })
  // What is kept of one program is worth nothing to another.
  const licenses = await bundle(`${out}/src`, hashOf(['src', 'sandbox', 'package.json']))
  // The compiler takes TypeScript along; the parts of the harness that are Python and Go are copied.
  for (const folder of ['sandbox/harness/pytest', 'sandbox/harness/go/inject'])
    cpSync(folder, `${out}/${folder}`, { recursive: true, filter: (path) => !/\.mts$|__pycache__/.test(path) })
  const texts = { 'dist/help.json': JSON.stringify(await helpTexts()), 'dist/licenses.txt': licenses }
  putInPlace(out, texts)
}

/** A program that starts now finds the build before or this one, whole. */
function putInPlace(out, texts) {
  const half = current() === HALVES[0] ? HALVES[1] : HALVES[0]
  mkdirSync('dist/src', { recursive: true })
  rmSync(`dist/${half}`, { recursive: true, force: true })
  // For projects that import it, from a place that stays.
  for (const file of filesIn(`${out}/sandbox/sim`)) written(`dist/${file.slice(out.length + 1)}`, readFileSync(file))
  renameSync(out, `dist/${half}`)
  for (const [path, text] of Object.entries(texts)) written(path, text)
  // The build before is for programs that run; who installs the package gets this one.
  written('dist/.npmignore', `/${HALVES.find((other) => other !== half)}/\n/sources.txt\n`)
  written(ENTRY, `import '../${half}/src/cli.js'\n`)
  written('dist/sources.txt', sources)
  for (const name of readdirSync('dist/src')) if (name !== 'cli.js') rmSync(`dist/src/${name}`, { recursive: true })
  for (const name of readdirSync('dist/sandbox'))
    if (name !== 'sim') rmSync(`dist/sandbox/${name}`, { recursive: true })
}

function written(path, text) {
  mkdirSync(dirname(path), { recursive: true })
  const beside = `${path}.${process.pid}`
  writeFileSync(beside, text)
  renameSync(beside, path)
}

/** The half that starts; null: none does. */
function current() {
  const text = existsSync(ENTRY) ? readFileSync(ENTRY, 'utf8') : ''
  return HALVES.find((half) => text === `import '../${half}/src/cli.js'\n`) ?? null
}

function isBuilt(hash) {
  const half = current()
  const whole = [
    `dist/${half}/src/cli.js`,
    `dist/${half}/sandbox/harness/main.mjs`,
    'dist/sandbox/sim/index.js',
    'dist/help.json',
  ]
  return (
    half !== null &&
    whole.every(existsSync) &&
    existsSync('dist/sources.txt') &&
    readFileSync('dist/sources.txt', 'utf8') === hash
  )
}

/** Folders of builds that were cut short. */
function removeLeft() {
  for (const name of readdirSync('.')) {
    const pid = /^dist\.new-(\d+)$/.exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(name, { recursive: true, force: true })
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() && !entry.parentPath.includes('__pycache__') ? [join(entry.parentPath, entry.name)] : [],
  )
}

function hashOf(places) {
  const hash = createHash('sha256')
  const files = places.flatMap((place) => (/\.json$/.test(place) ? (existsSync(place) ? [place] : []) : filesIn(place)))
  for (const file of files.toSorted()) hash.update(`${file}\0`).update(readFileSync(file))
  return hash.digest('hex').slice(0, 16)
}
