/** What is loaded when it is first asked for, and once: whoever asks later has it at once, so that what runs side by side keeps its order. */
export function lazy<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined
  return () => {
    loaded ??= load()
    return loaded
  }
}
