export type State = 'done' | 'refused' | 'undone'

/** What became of a step, and what it took. */
export interface Given {
  readonly state: State
  readonly amount: number
}

export interface Stock {
  readonly left: number
  /** By saga and step, `keyOf`. */
  readonly given: ReadonlyMap<string, Given>
}

export function keyOf(saga: string, step: number): string {
  return `${saga}/${step}`
}

export function openStock(amount: number): Stock {
  return { left: amount, given: new Map() }
}

/** The same stock where the step is known. `amount` is a whole number of at least 0. */
export function take(stock: Stock, key: string, amount: number): Stock {
  if (stock.given.has(key)) return stock
  if (amount > stock.left) return marked(stock, key, { state: 'refused', amount: 0 })
  return { ...marked(stock, key, { state: 'done', amount }), left: stock.left - amount }
}

/** The same stock where the step is undone or refused. */
export function giveBack(stock: Stock, key: string): Stock {
  const given = stock.given.get(key)
  if (given === undefined) return marked(stock, key, { state: 'undone', amount: 0 })
  if (given.state !== 'done') return stock
  return { ...marked(stock, key, { state: 'undone', amount: 0 }), left: stock.left + given.amount }
}

function marked(stock: Stock, key: string, given: Given): Stock {
  return { ...stock, given: new Map(stock.given).set(key, given) }
}
