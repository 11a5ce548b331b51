import { isDeepStrictEqual } from 'node:util'
import { namesIn, withoutContradictions } from './schedule.ts'
import type { Fault, FaultKind } from './types.ts'

export interface ShrinkOptions {
  nodes: readonly string[]
  /** ms */
  until: number
  /** Simplest first. */
  kinds: readonly FaultKind[]
  /** When something happens without any fault, in order. ms */
  moments?: readonly number[]
}

/** A simpler schedule, and the stage that made it: if it fails as well, the search goes on from there. */
export interface Candidate {
  schedule: Fault[]
  stage: number
}

type Simplify = (fault: Fault, options: ShrinkOptions) => Iterable<Fault>

/** What is tried on the schedule as a whole, in this order, and then on each of its faults. */
const WHOLE = [fewerFaults, joined, inOrder, namesSwapped]

const STEPS: readonly Simplify[] = [otherKinds, otherPlaces, shorter, earlier, smallerNumbers]

/**
 * Simpler schedules, one move away: a fault fewer, of a simpler kind, at an earlier node, shorter, earlier, milder. Which is
 * simpler never depends on how the schedule was found, so that searches from different seeds end at the same one. All
 * stages are gone through once, beginning with `from`.
 */
export function* smallerSchedules(
  schedule: readonly Fault[],
  options: ShrinkOptions,
  from: number,
): Generator<Candidate> {
  const whole = WHOLE.length
  const stages = whole + schedule.length * STEPS.length
  for (let count = 0; count < stages; count += 1) {
    const stage = (from + count) % stages
    if (stage < whole) {
      for (const simpler of WHOLE[stage]!(schedule, options)) yield { schedule: simpler, stage }
      continue
    }
    const index = Math.floor((stage - whole) / STEPS.length)
    const simplify = STEPS[(stage - whole) % STEPS.length]!
    for (const fault of simplify(schedule[index]!, options)) {
      const changed = schedule.with(index, fault)
      if (withoutContradictions(changed).length === changed.length) yield { schedule: changed, stage }
    }
  }
}

/** Where several are needed, simpler kinds go first, and earlier ones. */
function* inOrder(schedule: readonly Fault[], { kinds }: ShrinkOptions): Generator<Fault[]> {
  const rank = ({ kind }: Fault) => kinds.indexOf(kind)
  const sorted = schedule.toSorted((a, b) => rank(a) - rank(b) || a.at - b.at)
  if (sorted.some((fault, index) => fault !== schedule[index])) yield sorted
}

/** Two nodes change places in all faults, where that brings the one named before to the front. */
function* namesSwapped(schedule: readonly Fault[], { nodes }: ShrinkOptions): Generator<Fault[]> {
  if (schedule.length < 2) return
  const order = (faults: readonly Fault[]) => faults.flatMap(namesIn).map((name) => nodes.indexOf(name))
  for (const [index, first] of nodes.entries()) {
    for (const second of nodes.slice(index + 1)) {
      const swapped = schedule.map((fault) => renamed(fault, first, second))
      if (isLess(order(swapped), order(schedule))) yield swapped
    }
  }
}

function renamed(fault: Fault, first: string, second: string): Fault {
  const other = (name: string) => (name === first ? second : name === second ? first : name)
  if (fault.kind === 'partition') return { ...fault, nodes: fault.nodes.map(other) }
  return 'node' in fault
    ? { ...fault, node: other(fault.node) }
    : { ...fault, from: other(fault.from), to: other(fault.to) }
}

function isLess(a: readonly number[], b: readonly number[]): boolean {
  const index = a.findIndex((value, at) => value !== b[at])
  return index >= 0 && a[index]! < b[index]!
}

/** None, one half, the other half, all but one. */
function* fewerFaults(schedule: readonly Fault[]): Generator<Fault[]> {
  const { length } = schedule
  if (length === 0) return
  yield []
  if (length === 1) return
  const half = Math.ceil(length / 2)
  if (length > 2) yield schedule.slice(0, half)
  if (length > 2) yield schedule.slice(half)
  for (let index = length - 1; index >= 0; index -= 1) yield schedule.toSpliced(index, 1)
}

/**
 * Two faults of one kind in one place become one from the first's beginning to the other's end: two that each lose a
 * message are otherwise as small as they get, where one that lasts tells the same.
 */
function* joined(schedule: readonly Fault[]): Generator<Fault[]> {
  for (const [index, first] of schedule.entries()) {
    for (const [by, second] of schedule.slice(index + 1).entries()) {
      if (!isAlike(first, second)) continue
      const at = Math.min(first.at, second.at)
      const ms = Math.max(first.at + first.ms, second.at + second.ms) - at
      const fewer = schedule.with(index, { ...first, at, ms }).toSpliced(index + 1 + by, 1)
      if (withoutContradictions(fewer).length === fewer.length) yield fewer
    }
  }
}

const isAlike = (a: Fault, b: Fault) => isDeepStrictEqual({ ...a, at: 0, ms: 0 }, { ...b, at: 0, ms: 0 })

/** A simpler kind in the place of this one: for as long, for as long as messages were late, or else all the time. */
function* otherKinds(fault: Fault, options: ShrinkOptions): Generator<Fault> {
  const { at, ms } = fault
  const { nodes, until, kinds } = options
  const simpler = kinds.slice(0, Math.max(0, kinds.indexOf(fault.kind)))
  const late = 'extra' in fault ? fault.extra : ms
  for (const time of [{ at, ms }, ...(late === ms ? [] : [{ at, ms: late }]), { at: 0, ms: until }]) {
    for (const kind of simpler) {
      for (const place of placesOf(kind, nodes) ?? []) yield { kind, ...place, ...time } as Fault
    }
  }
  for (const kind of simpler) yield* messagesOf(kind, fault, options)
}

/**
 * One message, lost, doubled or late, in the place of what stopped or slowed a node or its links: sent a moment or two
 * before, or while that lasted, and late by as much, or by more.
 */
function* messagesOf(kind: FaultKind, fault: Fault, options: ShrinkOptions): Generator<Fault> {
  if (!MESSAGE_KINDS.includes(kind)) return
  const { at, ms } = fault
  const { until, moments = [] } = options
  const before = moments.filter((moment) => moment < at).slice(-MOMENTS_BEFORE)
  const during = moments.filter((moment) => moment > at && moment <= at + ms).slice(0, MOMENTS_BEFORE)
  const late = 'extra' in fault ? fault.extra : 0
  const lateness = kind === 'drop' ? [0] : new Set([late || ms, late + ms, ...LATE])
  const own = namesIn(fault)
  const places = kind === 'delay' || kind === 'slow' ? own.map((node) => ({ node })) : endsOf(own)
  for (const begin of [at, ...before, ...during]) {
    for (const extra of lateness) {
      const numbers = kind === 'drop' ? { count: 1 } : { extra }
      if (begin + 1 + extra > until) continue
      for (const place of places) yield { kind, ...place, at: begin, ms: 1, ...numbers } as Fault
    }
  }
}

const MESSAGE_KINDS: readonly FaultKind[] = ['drop', 'duplicate', 'reorder', 'delay', 'slow']
const MOMENTS_BEFORE = 2
/** ms */
const LATE = [1_000, 5_000, 20_000]

/** Fewer nodes, or ones that were named before. */
function* otherPlaces(fault: Fault, { nodes }: ShrinkOptions): Generator<Fault> {
  if (fault.kind === 'partition' && fault.nodes.length > 2) {
    for (const left of fault.nodes) yield { ...fault, nodes: fault.nodes.filter((node) => node !== left) }
  }
  const own = placeText(fault)
  for (const place of allPlaces(fault, nodes)) {
    if (placeText(place) === own) return
    yield { ...fault, ...place } as Fault
  }
}

type Place = { nodes: string[] } | { node: string } | { from: string; to: string }

/** Simplest first. Null: a fault of this kind needs more than a place. */
function placesOf(kind: FaultKind, nodes: readonly string[]): Place[] | null {
  switch (kind) {
    case 'partition':
      return nodes.map((node) => ({ nodes: [node] }))
    case 'crash':
    case 'pause':
    case 'disk-full':
    case 'disk-error':
      return nodes.map((node) => ({ node }))
    case 'one-way':
    case 'clog':
      return linksOf(nodes)
    default:
      return null
  }
}

function allPlaces(fault: Fault, nodes: readonly string[]): Place[] {
  if (fault.kind === 'partition') return placesOf('partition', nodes)!
  return 'node' in fault ? nodes.map((node) => ({ node })) : linksOf(nodes)
}

/** From a node to all, from all to a node, or between two of the nodes. */
export function linksOf(nodes: readonly string[]): { from: string; to: string }[] {
  return [...endsOf(nodes), ...nodes.flatMap((from) => nodes.filter((to) => to !== from).map((to) => ({ from, to })))]
}

function endsOf(nodes: readonly string[]): { from: string; to: string }[] {
  return nodes.flatMap((node) => [
    { from: node, to: '*' },
    { from: '*', to: node },
  ])
}

function placeText(place: Place): string {
  if ('nodes' in place) return JSON.stringify(place.nodes)
  return 'node' in place ? place.node : JSON.stringify([place.from, place.to])
}

/** The same beginning or the same end. */
function* shorter(fault: Fault): Generator<Fault> {
  for (const ms of below(fault.ms, 1)) {
    yield { ...fault, ms }
    yield { ...fault, at: fault.at + fault.ms - ms, ms }
  }
}

/** Where only some moments of a rhythm will do, halving gets stuck; steps of round lengths do not. */
const RHYTHMS = [60_000, 30_000, 10_000, 5_000, 1_000, 500, 100, 50, 10]

function* earlier(fault: Fault): Generator<Fault> {
  for (const at of below(fault.at, 0)) yield { ...fault, at }
  for (const step of RHYTHMS) if (fault.at > step) yield { ...fault, at: fault.at - step }
}

/** Numbers beside the times, with the least that makes a difference. */
const LEAST: Record<string, number> = { extra: 1, count: 1, keep: 0, position: 0, offset: 1, percent: 1 }

function* smallerNumbers(fault: Fault): Generator<Fault> {
  for (const [name, least] of Object.entries(LEAST)) {
    const value = (fault as unknown as Record<string, unknown>)[name]
    if (typeof value !== 'number') continue
    if (value < 0) yield { ...fault, [name]: -value } as Fault
    const sign = value < 0 ? -1 : 1
    for (const size of below(Math.abs(value), least)) yield { ...fault, [name]: sign * size } as Fault
  }
}

/** Numbers from `least` up to `value`, ever closer to it: as many as there are halvings. */
function* below(value: number, least: number): Generator<number> {
  if (!Number.isFinite(value)) return
  for (let gap = value - least; gap >= 1; gap = Math.floor(gap / 2)) yield value - gap
}
