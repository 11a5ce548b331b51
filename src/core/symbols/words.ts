const COMMON = new Set(
  'the and for with that this from when then shall must not are was has have its all any one two may can will into over than them they each every only same such task test tests property requirement requirements design system src lib index main mod init type types string number boolean void null true false const function class interface return export import new get set'.split(
    ' ',
  ),
)

/** Words of a text in lower case, those inside identifiers too, without endings of the plural. */
export function wordsOf(text: string): Set<string> {
  const words = new Set<string>()
  for (const [word] of text.matchAll(/[A-Z]?[a-z]{2,}|[A-Z]{3,}(?![a-z])|\p{L}{3,}/gu)) {
    const plain = word.toLowerCase().replace(/(?<=\p{L}{3})s$/u, '')
    if (plain.length > 2 && !COMMON.has(plain)) words.add(plain)
  }
  return words
}
