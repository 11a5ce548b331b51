const MOST = 12
/** Longer output says the same again. */
const LONGEST = 20_000
/** `'Job'`, `Queue.take`, `'Map<string, Job>'`, `module::Type`: compilers quote what they name. */
const QUOTED = [/'([^'\n]{1,200})'/g, /`([^`\n]{1,200})`/g, /"([^"\n]{1,200})"/g, /[‘“]([^‘“’”\n]{1,200})[’”]/g]
/** Go and Java do not. */
const BARE = [
  /\bundefined: ([\w.]{1,200})/g,
  /\b([\w.]{1,200}) undefined \(/g,
  /\btype \*?([\w.]{1,200}) has no field or method (\w+)/g,
  /\bsymbol:\s+(?:class|method|variable|interface|constructor)\s+(\w+)/g,
  /\blocation:\s+(?:class|interface|variable \w+ of type)\s+([\w.]+)/g,
]
const NAME = /[A-Za-z_$][\w$]*/g
/** Types and words of the languages, declared nowhere. */
const BUILT_IN =
  /^(?:string|number|boolean|bigint|symbol|void|undefined|null|object|any|unknown|never|true|false|this|self|int|str|float|bool|list|dict|tuple|None|error|byte|rune|usize|u?int\d+|[uif]\d+|Array|Promise|Map|Set|Record|Readonly|ReadonlyArray|Partial|Omit|Pick|Parameters|Error|Date|String|Number|Boolean|Object|Integer|List|Option|Result|Vec|HashMap|async|await|const|let|var|function|class|interface|type|enum|import|export|from|default|return|ts|tsx|js|src|test|lib)$/

/**
 * Names of symbols that the messages of a compiler or type checker name, those named most often first; at most 12. Paths
 * and quoted sentences name none.
 */
export function errorSymbols(text: string): string[] {
  const counts = new Map<string, number>()
  const all = (patterns: readonly RegExp[]) =>
    patterns.flatMap((pattern) => [...text.slice(0, LONGEST).matchAll(pattern)].flatMap((match) => match.slice(1)))
  const found = [...all(QUOTED).filter((inner) => !/[/\\]|\w \w+ \w/.test(inner)), ...all(BARE)]
  for (const inner of found)
    for (const [name] of inner.matchAll(NAME))
      if (name.length > 1 && !BUILT_IN.test(name)) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, MOST)
    .map(([name]) => name)
}
