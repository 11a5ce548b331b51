/** Holds one value and refuses writes of leases that are over. */
export interface FencedStore {
  /** Applies the value unless a greater token was seen before; answers whether it was applied. */
  write(token: number, value: string): boolean
  /** The value of the last applied write; undefined before the first. */
  read(): string | undefined
  /** The greatest token seen; 0 before the first write. */
  greatestToken(): number
}

/** `greatestToken` is 0 before the first write. */
export function createStore(): FencedStore {
  let last: { readonly token: number; readonly value: string } | undefined

  return {
    write(token, value) {
      if (last !== undefined && token < last.token) return false
      last = { token, value }
      return true
    },
    read: () => last?.value,
    greatestToken: () => last?.token ?? 0,
  }
}
