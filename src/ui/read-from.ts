/** Of a list on a screen. */
const MOST = 6

/** Where specs were read, and what of them a run does not see: a sentence or two, or none where nothing differs. `seeAll`: as in `designLines`. */
export function readFromWords(
  from: 'HEAD' | 'the checkout',
  uncommitted: readonly string[],
  seeAll: string | null,
): string[] {
  if (uncommitted.length === 0) return []
  const where =
    from === 'HEAD' ? 'Read from HEAD, as `agent next` does.' : `Read from ${from}; \`agent next\` reads HEAD.`
  const paths =
    seeAll === null || uncommitted.length <= MOST
      ? uncommitted.join(', ')
      : `${uncommitted.slice(0, MOST).join(', ')} and ${uncommitted.length - MOST} more (\`${seeAll}\` names all)`
  return [`${where} Not committed, so not seen by a run: ${paths}`]
}
