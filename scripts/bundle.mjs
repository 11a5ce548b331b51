// The program as few files: hundreds of them take longer to load than all that `agent status` does. The packages that are left out read
// files of their own, or are wanted by their own name.
import { readdirSync, readFileSync } from 'node:fs'
import { rolldown } from 'rolldown'

const EXTERNAL = /^(@anthropic-ai\/sandbox-runtime|@vscode\/tree-sitter-wasm|gpt-tokenizer|react-devtools-core)(\/|$)/

/** `require` made from `createRequire` is one that a bundler does not see; without that line it loads what is in the bundle. */
const lazy = {
  name: 'lazy',
  transform: {
    filter: { id: /\/src\/core\/yaml\.ts$/ },
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

/** Writes the program to a folder; `build` names it. Answers the licenses of the packages that are in it. */
export async function bundle(dir, build) {
  const made = await rolldown({
    input: { cli: 'src/cli.ts' },
    platform: 'node',
    external: EXTERNAL,
    plugins: [lazy, byName],
    // React has a second, slower self for those who develop with it.
    transform: {
      define: { 'process.env.NODE_ENV': '"production"', 'process.env.SPECPROOF_BUILD': JSON.stringify(build) },
    },
  })
  const { output } = await made.write({
    dir,
    format: 'esm',
    // Names without a hash: what Node has compiled is kept under them, and those of the last version but one are written over.
    chunkFileNames: '[name].js',
    // One file takes less time to load than thirty. What the quickest command needs, nearly all others do.
    codeSplitting: {
      groups: [
        { name: 'base', test: /\/src\/(?:commands\/status|io\/docs-page)\.ts$/, priority: 2 },
        { name: 'session', test: /\/src\/commands\/session\.ts$/, priority: 1 },
      ],
    },
    comments: { legal: false },
  })
  await made.close()
  return licensesOf(output.flatMap((chunk) => chunk.moduleIds ?? []))
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
