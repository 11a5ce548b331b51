import { appendFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { World } from '../../world.ts'

/** Calls whose answers come from outside the commit: a replay has to get the same ones. */
const ASKED = ['head', 'uncommitted', 'waiting', 'recall', 'recordedSeeds', 'land'] as const
type Asked = (typeof ASKED)[number]

const FILE = 'answers.jsonl'

/** The same World; what it answered to such calls is kept in the journal's folder, one JSON line each. */
export function recordAnswers(world: World, dir: string): World {
  const kept =
    (name: Asked) =>
    async (...args: never[]) => {
      const value = await (world[name] as (...args: never[]) => Promise<unknown>)(...args)
      appendFileSync(join(dir, FILE), `${JSON.stringify({ call: name, args: keyArgs(name, args), value })}\n`)
      return value
    }
  return { ...world, ...(Object.fromEntries(ASKED.map((name) => [name, kept(name)])) as Partial<World>) }
}

/** A commit made anew has another hash, so the arguments of `land` do not count. */
function keyArgs(name: Asked, args: readonly unknown[]): unknown[] {
  return name === 'land' ? [] : [...args]
}

/**
 * The World with these calls answered as they were in the run whose journal lies in `dir`; nothing is remembered and
 * no ref moves. A call that the run did not make is answered with nothing.
 */
export async function replayAnswers(world: World, dir: string): Promise<World> {
  const queues = new Map<string, unknown[]>()
  for (const line of (await readFile(join(dir, FILE), 'utf8')).split('\n').filter(Boolean)) {
    const { call, args, value } = JSON.parse(line) as { call: Asked; args: unknown[]; value: unknown }
    const key = JSON.stringify([call, args])
    queues.set(key, [...(queues.get(key) ?? []), value])
  }
  const take = (name: Asked, args: readonly unknown[], nothing: unknown) => {
    const queue = queues.get(JSON.stringify([name, keyArgs(name, args)])) ?? []
    return queue.length > 1 ? queue.shift() : (queue[0] ?? nothing)
  }
  const answered =
    (name: Asked, nothing: unknown) =>
    async (...args: unknown[]) =>
      take(name, args, nothing)
  return {
    ...world,
    head: answered('head', null) as World['head'],
    uncommitted: answered('uncommitted', []) as World['uncommitted'],
    waiting: answered('waiting', []) as World['waiting'],
    recall: answered('recall', null),
    recordedSeeds: answered('recordedSeeds', []) as World['recordedSeeds'],
    land: answered('land', { landed: false, branch: '', reason: 'the run did not land it' }) as World['land'],
    remember: async () => {},
    dropWaiting: async () => {},
  }
}
