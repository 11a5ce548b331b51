import type { Part } from '../core/prompt/prompt.ts'
import { closeFence, renderFile } from '../core/prompt/sections.ts'
import { readWant, WANT_FORMS, type Want } from '../core/prompt/want.ts'
import type { Hit, Role, World } from '../world.ts'
import { placedPath } from './place.ts'
import type { State } from './state.ts'

/** Rounds in which one role may ask for something before it has to answer. */
const MOST_ROUNDS = 6
/** Part of a prompt's limit that may go to what is asked for. */
const SHARE = 0.3
/** Lines around a symbol's declaration: it and the beginning of its body. */
const BEFORE = 3
const AFTER = 40
const MOST_DECLARATIONS = 3
const DECLARES =
  /\b(class|interface|type|enum|function|const|let|var|def|func|fn|struct|trait|impl|module|namespace|record|public|private|protected|static|async)\b/

/** What a role has asked for so far within one task. */
export interface Needs {
  rounds: number
  tokens: number
  parts: Part[]
}

export const NO_NEEDS: Needs = { rounds: 0, tokens: 0, parts: [] }

export type Given = { ok: true; needs: Needs } | { ok: false; problem: string }

/**
 * Answers `NEED` lines from the base commit, until the share of tokens or the rounds are used up: then the problem says
 * so, and counts as an answer that was no patch.
 */
export async function give(
  world: World,
  state: State,
  role: Role,
  wanted: readonly string[],
  needs: Needs,
): Promise<Given> {
  const { settings, count } = state.around
  const share = Math.floor(settings.roles[role].promptLimit * SHARE)
  if (needs.rounds >= MOST_ROUNDS)
    return { ok: false, problem: `You have asked ${MOST_ROUNDS} times. Work with what stands above and answer now.` }
  let left = share - needs.tokens
  const parts: Part[] = []
  const told: { want: string; tokens: number; found: boolean }[] = []
  for (const want of wanted) {
    const found = await answer(world, state, want)
    const text = found === null ? unknown(want) : fitted(found, left, count)
    const tokens = count(text)
    left -= tokens
    told.push({ want, tokens, found: found !== null })
    parts.push({ kind: 'need', source: want, text, mandatory: true })
  }
  world.tell({ type: 'need.answered', role, round: needs.rounds + 1, wants: told, left: Math.max(0, left) })
  return {
    ok: true,
    needs: { rounds: needs.rounds + 1, tokens: share - left, parts: [...needs.parts, ...parts] },
  }
}

function unknown(want: string): string {
  return `# You asked for ${want}\n\nThere is no such file, symbol or text in the repository. Ask by ${WANT_FORMS}.`
}

interface Found {
  heading: string
  body: string
}

async function answer(world: World, state: State, text: string): Promise<Found | null> {
  const { paths } = state.tree
  const want = readWant(text, (path) => paths.includes(path) || paths.includes(placedPath(state.plan, path, paths)))
  if (want === null) return null
  if (want.kind === 'file') return file(state, want)
  if (want.kind === 'search') return search(world, state, want.text)
  return symbol(world, state, want.name)
}

/** Lines of a text file of the base that models may see; null for any other. */
export async function linesOf(state: State, path: string): Promise<string[] | null> {
  if (state.around.deny(path)) return null
  const found = await state.tree.read(path)
  return found.kind === 'text' ? found.text.split('\n') : null
}

async function file(state: State, want: Extract<Want, { kind: 'file' }>): Promise<Found | null> {
  const { paths } = state.tree
  const placed = [want.path, placedPath(state.plan, want.path, paths)].find((one) => paths.includes(one))
  const path = placed ?? uniqueEnding(paths, want.path)
  if (path === null) return null
  if (state.around.deny(path)) return { heading: path, body: `${path} is not shown to models (it may hold secrets).` }
  const lines = await linesOf(state, path)
  if (lines === null) return { heading: path, body: `${path} is no text file.` }
  const from = want.from ?? 1
  const to = Math.min(want.to ?? lines.length, lines.length)
  const whole = from === 1 && to === lines.length
  const name = whole ? path : `${path}, lines ${from} to ${to} of ${lines.length}`
  return { heading: name, body: renderFile(name, lines.slice(from - 1, to).join('\n')) }
}

/** A path as it is written in an import or told by somebody who does not stand at the root. */
function uniqueEnding(paths: string[], path: string): string | null {
  const hits = paths.filter((one) => one.endsWith(`/${path}`))
  return hits.length === 1 ? hits[0]! : null
}

async function search(world: World, state: State, text: string): Promise<Found | null> {
  const all = await world.search(state.tree.commit, text, false)
  const hits = all.filter(({ path }) => !state.around.deny(path))
  if (hits.length === 0) return null
  const shown = hits.map((hit) => `${hit.path}:${hit.line}: ${hit.text.trim()}`).join('\n')
  return { heading: `lines with "${text}"`, body: renderFile(`lines with "${text}"`, shown) }
}

async function symbol(world: World, state: State, name: string): Promise<Found | null> {
  const declared = await declaredAt(world, state, name)
  const chosen = (declared.length > 0 ? declared : await hitsOf(world, state, name)).slice(0, MOST_DECLARATIONS)
  const blocks: string[] = []
  for (const { path, line } of chosen) {
    const lines = await linesOf(state, path)
    if (lines === null) continue
    const from = Math.max(1, line - BEFORE)
    const to = Math.min(lines.length, line + AFTER)
    blocks.push(renderFile(`${path}, lines ${from} to ${to} of ${lines.length}`, lines.slice(from - 1, to).join('\n')))
  }
  return blocks.length === 0 ? null : { heading: `symbol ${name}`, body: blocks.join('\n\n') }
}

/** Lines of the base that look like declarations of a name. */
export async function declaredAt(world: World, state: State, name: string): Promise<Hit[]> {
  const hits = await hitsOf(world, state, name)
  return hits.filter(({ text }) => DECLARES.test(text.slice(0, text.indexOf(name))))
}

async function hitsOf(world: World, state: State, name: string): Promise<Hit[]> {
  const all = await world.search(state.tree.commit, name, true)
  return all.filter(({ path, text }) => !state.around.deny(path) && !path.endsWith('.md') && text.includes(name))
}

/** Cut to what is left, at the end of a line, and told. */
function fitted({ heading, body }: Found, left: number, count: (text: string) => number): string {
  const whole = `# You asked for ${heading}\n\n${body}`
  if (count(whole) <= left) return whole
  const note = '... (cut here: your share of tokens for what you ask for is used up)'
  const lines = whole.split('\n')
  const upTo = (end: number) => `${closeFence(lines.slice(0, end).join('\n'))}\n${note}`
  let low = 0
  let high = lines.length
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (count(upTo(middle)) <= left) low = middle
    else high = middle - 1
  }
  return low < 3 ? `# You asked for ${heading}\n\n${note}` : upTo(low)
}
