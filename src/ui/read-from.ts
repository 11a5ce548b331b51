const MOST = 6

/** Where specs were read, and what of them a run does not see: a sentence or two, or none where nothing differs. */
export function readFromWords(from: 'HEAD' | 'the checkout', uncommitted: readonly string[]): string[] {
  if (uncommitted.length === 0) return []
  const where =
    from === 'HEAD' ? 'Read from HEAD, as `agent next` does.' : `Read from ${from}; \`agent next\` reads HEAD.`
  const more = uncommitted.length - MOST
  const paths = uncommitted.slice(0, MOST).join(', ') + (more > 0 ? ` and ${more} more` : '')
  return [`${where} Not committed, so not seen by a run: ${paths}`]
}
