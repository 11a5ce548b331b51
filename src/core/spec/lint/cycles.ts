import type { Task } from '../spec.ts'

/** Tasks that wait for themselves, found in one walk over all dependencies (Tarjan's components, without recursion). */
export function inCycles(tasks: readonly Task[]): Task[] {
  // Most files have no `Depends:` line.
  if (tasks.every(({ depends }) => depends.length === 0)) return []
  const byId = new Map(tasks.map((one) => [one.id, one]))
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const onStack = new Set<string>()
  const cyclic = new Set<string>()
  for (const { id: start, depends } of tasks) {
    if (depends.length === 0 || index.has(start)) continue
    const walk = [{ id: start, next: 0 }]
    while (walk.length > 0) {
      const frame = walk.at(-1)!
      const { id } = frame
      if (frame.next === 0) {
        index.set(id, index.size)
        low.set(id, index.get(id)!)
        stack.push(id)
        onStack.add(id)
      }
      const depends = byId.get(id)?.depends ?? []
      const to = depends[frame.next]
      frame.next++
      if (to !== undefined) {
        if (to === id) cyclic.add(id)
        if (!index.has(to)) walk.push({ id: to, next: 0 })
        else if (onStack.has(to)) low.set(id, Math.min(low.get(id)!, index.get(to)!))
        continue
      }
      walk.pop()
      const above = walk.at(-1)
      if (above !== undefined) low.set(above.id, Math.min(low.get(above.id)!, low.get(id)!))
      if (low.get(id) !== index.get(id)) continue
      const component = stack.splice(stack.lastIndexOf(id))
      for (const one of component) {
        onStack.delete(one)
        if (component.length > 1) cyclic.add(one)
      }
    }
  }
  return tasks.filter(({ id }) => cyclic.has(id))
}
