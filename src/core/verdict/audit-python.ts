import type { Trap } from './audit.ts'

/** What code of Python that is judged has no business with. */
export const PYTHON_TRAPS: Trap[] = [
  {
    pattern: /^\s*(import|from)\s+_?(pytest|hypothesis|pluggy|unittest|specproof\w*|nose)\b/,
    why: 'imports the test runner',
  },
  { pattern: /\bdef\s+pytest_\w+|\bpytest_plugins\b/, why: 'is a hook of the test runner' },
  {
    pattern:
      /\b(importlib\.import_module|__import__)\s*\(|\bimportlib\.(util|machinery|reload)\b|\bfrom\s+importlib(\s+import\b.*\b(import_module|util|machinery|reload)|\.(util|machinery)\s+import)\b|\b(resolve_name|pydoc\.locate)\b/,
    why: 'loads code by a name that is not in the text',
  },
  {
    pattern:
      /\bsys\.(modules|meta_path|path_hooks|settrace|setprofile|_\w+)\b|\bfrom\s+sys\s+import\b.*(\*|\b(modules|meta_path|path_hooks|settrace|setprofile|_\w+)\b)|\bimport\b.*\b(sys|importlib)\s+as\b/,
    why: 'reaches into the process that judges it',
  },
  {
    pattern:
      /\bos\.(_exit|abort|kill\w*|fork\w*|exec\w*)\b|\bfrom\s+os\s+import\b.*(\*|\b(_exit|abort|kill\w*|fork\w*|exec\w*)\b)|\bsignal\.(raise_signal|pthread_kill)\b|\bfrom\s+signal\s+import\b.*\b(raise_signal|pthread_kill)\b/,
    why: 'ends or leaves the process that judges it',
  },
  {
    pattern:
      /^\s*(import|from)\s+(builtins|gc|ctypes|faulthandler|pdb|sitecustomize|_thread|_signal|_imp|_frozen_importlib\w*|posix|marshal|runpy|codeop?|zipimport)\b/,
    why: 'reaches below the language, where no code of a task has to',
  },
  {
    pattern:
      /\binspect\s*\.\s*(stack|trace)\b|\bfrom\s+inspect\s+import\b.*(\*|\b(stack|trace)\b)|\b(currentframe|get(inner|outer)frames|get(generator|coroutine|asyncgen)locals|getclosurevars|walk_(stack|tb))\b/,
    why: 'asks for the frames of others',
  },
  {
    pattern:
      /\b(__builtins__|__closure__|__code__|__globals__|__subclasses__|cell_contents|f_back|f_locals|f_globals|tb_frame|gi_frame|cr_frame|ag_frame|__traceback__)\b/,
    why: 'reaches below the language, where no code of a task has to',
  },
  { pattern: /(?<![.\w]|\bdef\s+)(eval|exec|compile)\s*\(/, why: 'runs text as code, which nobody can read before' },
  {
    pattern: /\bPYTEST_\w+|\bHYPOTHESIS_\w+|['"](pytest|hypothesis|unittest|specproof)\b/,
    why: 'behaves differently when it is tested',
  },
  {
    pattern:
      /\bargv\b[^\n]*(\b(py|unit)?tests?\b|\bstart\.py|harness)|(\b(py|unit)?tests?\b|\bstart\.py|harness)[^\n]*\bargv\b/i,
    why: 'behaves differently when it is tested',
  },
  {
    pattern: /\braise\s+(AssertionError|SkipTest|KeyboardInterrupt|GeneratorExit)\b|\bexcept\s+AssertionError\b/,
    why: 'speaks or silences for a test: raise and catch errors of your own',
  },
  {
    pattern: /\bdef\s+(__eq__|__ne__)\b[^\n]*:\s*return\s+(True|False)\b/,
    why: 'makes a value that every assertion takes for equal',
  },
  { pattern: /#\s*(type:\s*ignore|pragma:\s*no\s*cover|mypy:|pyright:)/, why: 'switches a check off' },
]

const EVERYTHING = /^(\s*)except\s*(\(?[^:]*\bBaseException\b[^:]*)?:(.*)$/

/** Lines (from 1) that catch all there is, also what a test says, and do not raise it again. */
export function swallowed(content: string): number[] {
  const lines = content.split('\n')
  return lines.flatMap((line, at) => {
    const found = EVERYTHING.exec(line)
    if (!found) return []
    const body = bodyAfter(lines, at, found[1]!.length)
    const again = /^\s*raise\s*(#.*)?$/.test(found[3]!) || body.some((one) => /^raise\s*(#.*)?$/.test(one))
    return again ? [] : [at + 1]
  })
}

/** Statements of a block right below its header: those at the indentation of the first one, which is not kept. */
function bodyAfter(lines: string[], header: number, indent: number): string[] {
  const inner = (line: string) => /^\s*/.exec(line)![0].length
  const body: string[] = []
  let own: number | null = null
  for (const line of lines.slice(header + 1)) {
    if (/^\s*(#|$)/.test(line)) continue
    if (inner(line) <= indent) break
    own ??= inner(line)
    if (inner(line) === own) body.push(line.slice(own))
  }
  return body
}

/** What is wrong with imports that go over several lines, for each of their lines (from 1). */
export function longImports(content: string): [line: number, why: string][] {
  const long = /^[ \t]*from[ \t]+[\w.]+[ \t]+import[ \t]*(\([^)]*\n[^)]*\)|\\\n[^\n]*)/gm
  return [...content.matchAll(long)].flatMap((match) => {
    const flat = match[0].replace(/#[^\n]*/g, '').replace(/[\\\n]/g, ' ')
    const why = PYTHON_TRAPS.find(({ pattern }) => pattern.test(flat))?.why
    if (why === undefined) return []
    const first = content.slice(0, match.index).split('\n').length
    return match[0].split('\n').map((_, at): [number, string] => [first + at, why])
  })
}

const EQUAL = /^\s*def\s+__(eq|ne)__\b.*:\s*$/

/** Lines (from 1) with the `return True` of an equality that compares nothing. */
export function equalToAll(content: string): number[] {
  const lines = content.split('\n')
  return lines.flatMap((line, at) =>
    EQUAL.test(lines[at - 1] ?? '') && /^\s*return (True|False)\b/.test(line) ? [at + 1] : [],
  )
}

const NAMED =
  /pytest|hypothesis|specproof|unittest|__(closure|globals|code|builtins|subclasses|traceback|import)__|f_(back|locals|globals)|(tb|gi|cr|ag|current|_get)_?frame|import_module/i

/** Names of the runner, and of what looks into it, that are put together as far as one line shows it: `'py' + 'test'`. */
export function gluedNames(content: string): number[] {
  return content.split('\n').flatMap((line, at) => {
    const glued = line
      .replace(/(['"])\1\.join\(\s*[[(]([^\])]*)[\])]\s*\)/g, (_, quote: string, parts: string) => {
        const texts = [...parts.matchAll(/(['"])(.*?)\1/g)].map((match) => match[2])
        return `${quote}${texts.join('')}${quote}`
      })
      .replace(/(['"])\s*(?:\+|\s)\s*(['"])/g, '')
    return glued !== line && NAMED.test(glued) && !NAMED.test(line) ? [at + 1] : []
  })
}
