/** What the choices of a tsconfig.json depend on. */
export interface Typed {
  runner: string
  /** `type` of package.json; null: it says none. */
  type: string | null
  dependencies: ReadonlySet<string>
  /** Whether the configuration of vitest has tests find `it` and `expect` without an import. */
  globals: boolean
}

const BROWSER = ['react', 'preact', 'vue', 'svelte', 'solid-js', 'jsdom', 'happy-dom']

type Option = [key: string, value: unknown, why: string]

/** A tsconfig.json for a project that has none, each choice with its reason. */
export function tsconfigText(typed: Typed): string {
  const { runner, dependencies, globals } = typed
  const browser = BROWSER.some((name) => dependencies.has(name))
  const types = [
    ...(dependencies.has('@types/node') ? ['node'] : []),
    ...(runner === 'jest' && dependencies.has('@types/jest') ? ['jest'] : []),
    ...(globals ? ['vitest/globals'] : []),
  ]
  const jsx: Option = ['jsx', 'react-jsx', 'react is among the dependencies']
  const options: Option[] = [
    ['strict', true, 'types are the first tests'],
    ['noEmit', true, 'types are checked and nothing is written'],
    ...modules(typed),
    ['target', 'es2024', 'what Node 22 runs'],
    ['lib', ['es2024', ...(browser ? ['dom'] : [])], browser ? 'the language and the browser' : 'the language alone'],
    ['types', types, 'globals that tests and code use'],
    ...(dependencies.has('react') ? [jsx] : []),
    ['skipLibCheck', true, 'the types of dependencies are not ours to mend'],
  ]
  const lines = options.map(([key, value, why], at) => {
    const comma = at < options.length - 1 ? ',' : ''
    const text = Array.isArray(value)
      ? `[${value.map((one) => JSON.stringify(one)).join(', ')}]`
      : JSON.stringify(value)
    return `    ${`${JSON.stringify(key)}: ${text}${comma}`.padEnd(45)} // ${why}`
  })
  return `{\n  "compilerOptions": {\n${lines.join('\n')}\n  }\n}\n`
}

/** How imports are read, as the runner does it. */
function modules({ runner, type }: Typed): Option[] {
  const ts: Option = ['allowImportingTsExtensions', true, "so that `import './a.ts'` is allowed"]
  const stripped: Option[] =
    runner === 'node:test' ? [['erasableSyntaxOnly', true, 'Node takes types out and compiles nothing']] : []
  if (type === 'module' || runner === 'jest' || (runner === 'node:test' && type === 'commonjs'))
    return [['module', 'nodenext', 'imports as Node reads them'], ts, ['isolatedModules', true, ALONE], ...stripped]
  return [
    ['module', 'esnext', `${runner} takes files for modules though package.json has no "type": "module"`],
    ['moduleResolution', 'bundler', 'imports are found as there'],
    ts,
    ['isolatedModules', true, ALONE],
    ...stripped,
  ]
}

const ALONE = 'each file is translated by itself'
