export interface RegisterState<T> {
  readonly value: T
  readonly time: number
  readonly replica: string
}

/** `state` is null before the first write. A clock that runs behind does not make a write an old one. */
export function write<T>(state: RegisterState<T> | null, replica: string, value: T, now: number): RegisterState<T> {
  const time = state === null ? now : Math.max(now, state.time + 1)
  return { value, time, replica }
}

export function mergeRegisters<T>(
  one: RegisterState<T> | null,
  other: RegisterState<T> | null,
): RegisterState<T> | null {
  if (one === null || other === null) return one ?? other
  if (one.time !== other.time) return one.time > other.time ? one : other
  return one.replica > other.replica ? one : other
}
