import type { Trap } from './audit.ts'

/** What code of Python that is judged has no business with. */
export const PYTHON_TRAPS: Trap[] = [
  {
    pattern: /^\s*(import|from)\s+_?(pytest|hypothesis|pluggy|unittest|specproof\w*|nose)\b/,
    why: 'imports the test runner',
  },
  {
    pattern: /\b(importlib\.import_module|__import__)\s*\(|\bimportlib\.(util|machinery|reload)\b/,
    why: 'loads code by a name that is not in the text',
  },
  {
    pattern: /\bsys\.(modules|meta_path|path_hooks|settrace|setprofile|_\w+|exit)\b/,
    why: 'reaches into the process that judges it',
  },
  {
    pattern: /\bos\.(_exit|abort|kill\w*|fork\w*|exec\w*)\b|\bsignal\.(raise_signal|pthread_kill)\b/,
    why: 'ends or leaves the process that judges it',
  },
  {
    pattern: /^\s*(import|from)\s+(builtins|gc|ctypes|inspect|atexit|faulthandler|pdb|sitecustomize|_thread)\b/,
    why: 'reaches below the language, where no code of a task has to',
  },
  {
    pattern:
      /\b(__builtins__|__closure__|__code__|__globals__|__subclasses__|cell_contents|f_back|f_locals|f_globals|tb_frame|gi_frame|__traceback__|currentframe)\b/,
    why: 'reaches below the language, where no code of a task has to',
  },
  { pattern: /(^|[^.\w])(eval|exec|compile)\s*\(/, why: 'runs text as code, which nobody can read before' },
  {
    pattern: /\bPYTEST_\w+|\bHYPOTHESIS_\w+|['"](pytest|hypothesis|unittest|specproof)\b/,
    why: 'behaves differently when it is tested',
  },
  { pattern: /\bsys\.argv\b|\bargv\[0\]/, why: 'behaves differently when it is tested' },
  {
    pattern:
      /\braise\s+(AssertionError|SkipTest|KeyboardInterrupt|SystemExit|GeneratorExit)\b|\bexcept\s+(AssertionError|BaseException)\b|\bexcept\s*:/,
    why: 'speaks or silences for a test: raise and catch errors of your own',
  },
  {
    pattern: /\bdef\s+(__eq__|__ne__)\b[^\n]*:\s*return\s+(True|False)\b/,
    why: 'makes a value that every assertion takes for equal',
  },
  { pattern: /#\s*(type:\s*ignore|pragma:\s*no\s*cover|mypy:|pyright:)/, why: 'switches a check off' },
]

const EQUAL = /^\s*def\s+__(eq|ne)__\b.*:\s*$/

/** Lines (from 1) with the `return True` of an equality that compares nothing. */
export function equalToAll(content: string): number[] {
  const lines = content.split('\n')
  return lines.flatMap((line, at) =>
    EQUAL.test(lines[at - 1] ?? '') && /^\s*return (True|False)\b/.test(line) ? [at + 1] : [],
  )
}

/** Names of the runner that are put together, as far as one line shows it: `'py' + 'test'`. */
export function gluedNames(content: string): number[] {
  return content.split('\n').flatMap((line, at) => {
    const glued = line.replace(/(['"])\s*(?:\+|\s)\s*(['"])/g, '')
    const named = /pytest|hypothesis|specproof|__closure__|f_back|f_locals|unittest/i
    return glued !== line && named.test(glued) && !named.test(line) ? [at + 1] : []
  })
}
