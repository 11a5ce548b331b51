// The program as few files: hundreds of them take longer to load than all that `agent status` does. The packages that are left out read
// files of their own, or are wanted by their own name.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { rolldown } from 'rolldown'

const EXTERNAL = /^(@anthropic-ai\/sandbox-runtime|@vscode\/tree-sitter-wasm|gpt-tokenizer|react-devtools-core)(\/|$)/

/** `require` made from `createRequire` is one that a bundler does not see; without that line it loads what is in the bundle. */
const lazy = {
  name: 'lazy',
  transform: {
    filter: { id: /\/src\/core\/(yaml)\.ts$/ },
    handler: (code) => code.replace(/^const require = createRequire\(.*$/m, ''),
  },
}

/** An `import` of one of Node's modules makes all that it can do; asked for by its name it makes what is used. */
const byName = {
  name: 'by-name',
  renderChunk: (code) =>
    code.replace(/^import (.+) from "node:([^"]+)";$/gm, (_, words, module) => {
      const [, whole, all, some] = /^([\w$]+)?(?:, )?(?:\* as ([\w$]+)|\{(.*)\})?$/.exec(words)
      const names = [whole, all, some && `{${some.replaceAll(/([\w$]+) as /g, '$1: ')}}`].filter(Boolean)
      return names.map((name) => `const ${name} = process.getBuiltinModule("${module}");`).join(' ')
    }),
}

// What the compiler has made of types that the sandbox takes from there.
rmSync('dist/src', { recursive: true, force: true })
const bundle = await rolldown({
  input: { cli: 'src/cli.ts' },
  platform: 'node',
  external: EXTERNAL,
  plugins: [lazy, byName],
  // React has a second, slower self for those who develop with it.
  transform: {
    define: { 'process.env.NODE_ENV': '"production"', 'process.env.SPECPROOF_BUILD': JSON.stringify(hashOfSources()) },
  },
})
const { output } = await bundle.write({
  dir: 'dist/src',
  format: 'esm',
  // Names without a hash: what Node has compiled is kept under them, and those of the last version are written over.
  chunkFileNames: '[name].js',
  // One file takes less time to load than thirty. What the quickest command needs, nearly all others do.
  codeSplitting: {
    groups: [
      { name: 'base', test: /\/src\/commands\/status\.ts$/, priority: 2 },
      { name: 'session', test: /\/src\/commands\/session\.ts$/, priority: 1 },
    ],
  },
  comments: { legal: false },
})
await bundle.close()

writeFileSync('dist/licenses.txt', licensesOf(output.flatMap((chunk) => chunk.moduleIds ?? [])))

/** What is kept of one program is worth nothing to another. */
function hashOfSources() {
  const hash = createHash('sha256')
  const files = ['src', 'sandbox'].flatMap((dir) =>
    readdirSync(dir, { recursive: true, withFileTypes: true }).flatMap((entry) =>
      entry.isFile() ? [`${entry.parentPath}/${entry.name}`] : [],
    ),
  )
  for (const file of [...files.toSorted(), 'package.json']) hash.update(`${file}\0`).update(readFileSync(file))
  return hash.digest('hex').slice(0, 16)
}

/** The licenses of the packages that are in the bundle. */
function licensesOf(modules) {
  const folders = new Set(modules.flatMap((id) => /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? []))
  const texts = [...folders].toSorted().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
    const text = file ? `\n${readFileSync(`${folder}/${file}`, 'utf8').trim()}\n` : ''
    return `${name} ${version}: ${license}\n${text}`
  })
  return texts.join(`\n${'-'.repeat(80)}\n\n`)
}
