import { sliceOf, sliceParts } from '../spec/slice.ts'
import type { Spec } from '../spec/spec.ts'
import { type Piece, wordDiff } from './word-diff.ts'

/** How the words of one part of a slice (`criterion 3.2`, `steering specs/steering/testing.md`) changed. */
export interface Change {
  part: string
  pieces: Piece[]
}

/**
 * What a task and all it links to said in an older state of its spec and says differently now, part by part in the order of today's
 * slice; what is gone stands last. Empty where no word differs: other line breaks are no other words. The older spec must have the
 * task; the newer one as well.
 */
export function changesOf(was: Spec, is: Spec, task: string): Change[] {
  return compare(namedParts(sliceParts(sliceOf(was, task))), namedParts(sliceParts(sliceOf(is, task))))
}

/** The same for the steering that applies to every task. */
export function steeringChanges(was: Spec, is: Spec): Change[] {
  const texts = (spec: Spec) =>
    new Map(spec.steering.filter((one) => one.inclusion === 'always').map((one) => [`steering ${one.path}`, one.text]))
  return compare(texts(was), texts(is))
}

function namedParts(parts: readonly { name: string; text: string }[]): Map<string, string> {
  const named = new Map<string, string>()
  for (const { name, text } of parts) {
    let unique = name
    for (let n = 2; named.has(unique); n++) unique = `${name} (${n})`
    named.set(unique, text)
  }
  return named
}

function compare(was: ReadonlyMap<string, string>, is: ReadonlyMap<string, string>): Change[] {
  const parts = [...new Set([...is.keys(), ...was.keys()])]
  return parts
    .map((part) => ({ part, pieces: wordDiff(was.get(part) ?? '', is.get(part) ?? '') }))
    .filter(({ pieces }) => pieces.some(({ kind }) => kind !== 'same'))
}

const CONTEXT = 32

/** The changed words with a little around them, as pieces; what is left out in between is an ellipsis in a `same` piece. */
export function excerpt(pieces: readonly Piece[]): Piece[] {
  return pieces.map((piece, at) => {
    if (piece.kind !== 'same' || piece.text.length <= 2 * CONTEXT) return piece
    const parts = [
      at === 0 ? '' : upToWord(piece.text.slice(0, CONTEXT)),
      at === pieces.length - 1 ? '' : fromWord(piece.text.slice(-CONTEXT)),
    ]
    return { kind: 'same', text: parts.join(' ... ').replace(/^ (?=\.\.\.)|(?<=\.\.\.) $/g, '') }
  })
}

function upToWord(text: string): string {
  const space = text.lastIndexOf(' ')
  return space < 0 ? text : text.slice(0, space)
}

function fromWord(text: string): string {
  return text.slice(text.indexOf(' ') + 1)
}
