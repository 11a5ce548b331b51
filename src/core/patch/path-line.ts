const LABEL = /^(?:file ?name|file ?path|file|path|new file|create|update|edit)\s*:\s*/i
const COMMENTS = [/^\/\/\s*(.+)$/, /^#(?!#)\s*(.+)$/, /^--\s+(.+)$/, /^<!--\s*(.+?)\s*-->$/, /^\/\*\s*(.+?)\s*\*\/$/]
const NOTE = /\s+\((?:new|new file|create|created|modified|updated|existing)\)$/i
/** Characters; no longer line is looked at as a path. */
const LONGEST = 1000
/** A name with an extension that is no number: `3.3` and `v1.2` are none. */
const DOTTED = /^\.?[^.]*(?:\.[\w-]*[a-z][\w-]*)+$/i
/** Files that are known by a name without a dot or a slash. */
const BARE_NAMES = /^(?:makefile|dockerfile|license|notice|readme|changelog|codeowners|jenkinsfile|procfile|gemfile)$/i

/**
 * The path that stands alone on a line, in whatever dress a model gave it (quotes, bold, heading, list, label, comment, colon);
 * null where the line is anything else. Whether the path may be used is not asked here.
 */
export function pathIn(line: string): string | null {
  if (line.length > LONGEST) return null
  const text = line
    .trim()
    .replace(/^#{1,6}\s+(?=\S)/, '')
    .replace(/^(?:[-*+]|\d+[.)])\s+/, '')
  return commentedPath(text) ?? undressedPath(text)
}

/** The path in a line that is a comment of nothing but a path: `// src/x.ts`. */
export function commentedPath(line: string): string | null {
  if (line.length > LONGEST) return null
  for (const pattern of COMMENTS) {
    const said = pattern.exec(line.trim())?.[1]
    if (said !== undefined) return undressedPath(said)
  }
  return null
}

/** The path in what follows the opening characters of a fence: `ts path=src/x.ts`, `ts:src/x.ts`, `src/x.ts`. */
export function pathInInfo(info: string): string | null {
  if (info.length > LONGEST) return null
  const named = /(?:^|[\s{,])(?:path|file|filename|title)\s*[=:]\s*(?:"([^"]+)"|'([^']+)'|([^\s,}]+))/i.exec(info)
  const quoted = named?.[1] ?? named?.[2]
  if (quoted !== undefined) return quotedPath(quoted)
  if (named?.[3] !== undefined) return plainPath(named[3])
  const [first = '', second, third] = info.split(/\s+/)
  if (third !== undefined) return null
  if (second !== undefined) return /[./]/.test(first) ? null : plainPath(second)
  const afterColon = /^[\w+#-]+:(?!\/\/)(.+)$/.exec(first)?.[1]
  // Names without a dot or a slash, and these, are languages: makefile, vb.net.
  const language = !/[./]/.test(first) || /\.net$/i.test(first)
  return afterColon !== undefined ? plainPath(afterColon) : language ? null : plainPath(first)
}

function undressedPath(line: string): string | null {
  let text = line.trim()
  let quoted = false
  for (let before = ''; before !== text; ) {
    before = text
    text = text.replace(NOTE, '').replace(/:$/, '').replace(LABEL, '').trim()
    const inner = /^(\*\*|[`"'*])(.+)\1$/.exec(text)
    if (inner === null) continue
    quoted ||= inner[1] !== '*' && inner[1] !== '**'
    text = inner[2]!.trim()
  }
  return plainPath(text) ?? (quoted ? quotedPath(text) : null)
}

/** Quotes hold a path together that has spaces in it. */
function quotedPath(text: string): string | null {
  return /^[^`*"'<>|?]*\.[\w-]+$/.test(text) || /^[^\s`*"'<>|?]*\/[^`*"'<>|?]*$/.test(text) ? withoutDot(text) : null
}

function plainPath(text: string): string | null {
  if (!/^[^\s`*"'<>|?;,{}=]+$/.test(text) || /^\w+:\/\//.test(text) || /[:]$/.test(text)) return null
  const named = /[/\\]/.test(text) ? /[\p{L}\p{N}]/u.test(text) : DOTTED.test(text) || BARE_NAMES.test(text)
  return named ? withoutDot(text) : null
}

function withoutDot(path: string): string {
  return path.replace(/^(?:\.\/)+/, '')
}
