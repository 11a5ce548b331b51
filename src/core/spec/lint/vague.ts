import { pattern } from '../pattern.ts'

/** Words that sound like a demand and cannot be tested. Left out are those that are often meant exactly ("relevant", "simple"). */
const ENGLISH = [
  'fast|faster|quick|quickly|rapid|rapidly|promptly|swiftly|timely|in a timely manner|high[- ]performance|performant',
  'robust|robustly|appropriate|appropriately|adequate|adequately|sufficient|sufficiently|reasonable|reasonably|suitable|suitably',
  'user[- ]friendly|intuitive|intuitively|easy|easily|effortless|effortlessly|seamless|seamlessly|smooth|smoothly',
  'graceful|gracefully|efficient|efficiently|optimal|optimally|flexible|flexibly|properly|reliably|satisfactory',
  'as needed|as necessary|if necessary|as appropriate|where appropriate|as soon as possible|as far as possible|where possible|and so on|etc',
]
const SPANISH = [
  'rápido|rápida|rápidamente|robusto|robusta|adecuado|adecuada|adecuadamente|apropiado|apropiada|fácil|fácilmente',
  'intuitivo|intuitiva|eficiente|eficientemente|suficiente|razonable|correctamente|si es necesario|lo antes posible',
]
const RUSSIAN =
  'быстро|быстры[йемх]|быстрая|быстрое|надёжно|надежно|удобн(?:о|ый|ая|ое)|адекватн(?:о|ый|ая|ое)|эффективно|интуитивно|своевременно|подходящ(?:ий|ая|ее|им)|разумн(?:о|ый|ая|ое)|достаточно|плавно|при необходимости|по возможности|и т\\. ?д'
const CHINESE = '快速|迅速|尽快|尽量|及时|适当|合适|恰当|合理|友好|高效|优雅|流畅|灵活|直观|足够|必要时|等等'
const JAPANESE =
  '適切|迅速|素早|速やか|高速に|十分な|柔軟|使いやす|直感的|できるだけ|可能な限り|必要に応じて|効率的|妥当な|スムーズ|など適宜|適宜'

const SPACED = pattern(
  `(?<![\\p{L}\\p{N}_-])(?:${[...ENGLISH, ...SPANISH, RUSSIAN].join('|')})(?![\\p{L}\\p{N}_])`,
  'giu',
)
const HAN = pattern(String.raw`\p{Script=Han}`, 'u')
const UNSPACED = new RegExp(`${CHINESE}|${JAPANESE}`, 'gu')
/** "sufficient funds" and "fast-check" are things, "easy mode" is a name. */
const EXACT =
  /^(?:(?:in)?sufficient (?:funds|balance|permissions?|privileges?|stock|inventory|credits?|rights)|fast[- ](?:path|forward|track|fail)|graceful(?:ly)? (?:shut|degrad|stop|terminat|exit|restart|drain)|easy (?:mode|level)|quick (?:start|fix|action|link|reply|filter|view|search|access)s?)/i

/** "appropriate status codes (200, 404)", "gracefully (no traceback)": what stands in brackets behind it says what is meant. */
const EXPLAINED = /^[^.;,()（）。，]{0,40}[(（]/u

/** The vague words of a sentence as written, each once, in order. Linear. */
export function vagueWords(text: string): string[] {
  const found = new Set<string>()
  for (const match of text.matchAll(SPACED.on(text))) {
    const after = text.slice(match.index + match[0].length, match.index + match[0].length + 50)
    if (after.startsWith('-') || EXPLAINED.test(after) || EXACT.test(match[0] + after)) continue
    found.add(match[0])
  }
  if (HAN.test(text)) {
    for (const match of text.matchAll(UNSPACED)) {
      const end = match.index + match[0].length
      if (!EXPLAINED.test(text.slice(end, end + 50))) found.add(match[0])
    }
  }
  return [...found]
}
