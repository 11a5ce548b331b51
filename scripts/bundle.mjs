// The program as few files: hundreds of them take longer to load than all that `agent status` does. The packages that are left out read
// files of their own, or are wanted by their own name.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { rolldown } from 'rolldown'

const EXTERNAL = /^(@anthropic-ai\/sandbox-runtime|@vscode\/tree-sitter-wasm|gpt-tokenizer|react-devtools-core)(\/|$)/

/** `require` made from `createRequire` is one that a bundler does not see; without that line it loads what is in the bundle. */
const lazy = {
  name: 'lazy',
  transform: {
    filter: { id: /\/src\/core\/(yaml|babel)\.ts$/ },
    handler: (code) => code.replace(/^const require = createRequire\(.*$/m, ''),
  },
}

// What the compiler has made of types that the sandbox takes from there.
rmSync('dist/src', { recursive: true, force: true })
const bundle = await rolldown({
  input: { cli: 'src/cli.ts' },
  platform: 'node',
  external: EXTERNAL,
  plugins: [lazy],
  // React has a second, slower self for those who develop with it.
  transform: { define: { 'process.env.NODE_ENV': '"production"' } },
})
const { output } = await bundle.write({
  dir: 'dist/src',
  format: 'esm',
  // Names without a hash: what Node has compiled is kept under them, and those of the last version are written over.
  chunkFileNames: '[name].js',
  comments: { legal: false },
})
await bundle.close()

writeFileSync('dist/licenses.txt', licensesOf(output.flatMap((chunk) => chunk.moduleIds ?? [])))

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
