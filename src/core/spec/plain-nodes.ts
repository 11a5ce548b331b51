import type { Heading, Paragraph, PhrasingContent } from 'mdast'
import { LONGEST } from './grammar.ts'
import { parseMarkdown } from './library.ts'
import { plainInline, plainText } from './plain-inline.ts'
import { Span } from './span.ts'

/** A block of one line whose inline content is read when it is asked for: most are never asked for more than their text. */
abstract class PlainBlock {
  readonly position: Span
  protected readonly body: string
  private inline: PhrasingContent[] | null

  constructor(body: string, position: Span, inline: PhrasingContent[] | null = null) {
    this.body = body
    this.position = position
    this.inline = inline
  }

  /** Offset at which the text starts. */
  protected abstract get textStart(): number

  get children(): PhrasingContent[] {
    this.inline ??= this.read()
    return this.inline
  }

  /** Its text without emphasis, code with its backticks; null where only the nodes tell. For blocks of one line. */
  get text(): string | null {
    return this.textOf(this.source)
  }

  /** The same where its source is known. */
  textOf(source: string): string | null {
    return this.inline === null ? plainText(source) : null
  }

  private get source(): string {
    return this.body.slice(this.textStart, this.position.to).trimEnd()
  }

  private read(): PhrasingContent[] {
    const nodes = plainInline(this.source)
    if (nodes !== null) return placed(nodes, this.position)
    const { from, to, starts } = this.position
    const [block] = parseMarkdown({ body: this.body, starts }, from, to)
    return block?.type === 'paragraph' || block?.type === 'heading' ? block.children : []
  }
}

export class PlainParagraph extends PlainBlock implements Paragraph {
  readonly type = 'paragraph'

  protected get textStart(): number {
    return this.position.from
  }
}

export class PlainHeading extends PlainBlock implements Heading {
  readonly type = 'heading'
  readonly depth: Heading['depth']
  private readonly skip: number

  /** `skip`: length of its marks with the space behind them. */
  constructor(body: string, position: Span, skip: number, depth: Heading['depth']) {
    super(body, position)
    this.skip = skip
    this.depth = depth
  }

  protected get textStart(): number {
    return this.position.from + this.skip
  }
}

/** A paragraph over several lines; null where the library has to look. */
export function severalLines(body: string, position: Span): PlainParagraph | null {
  const { starts, line, at } = position
  if (position.to - position.from > LONGEST) return null
  const texts = body.slice(position.from, position.to).split(/\r\n|\r|\n/)
  // A tag may go over several lines, and marks inside it are none.
  if (texts.some((text) => text.includes('<')) && texts.some((text) => /[*_`]/.test(text))) return null
  const children: PhrasingContent[] = []
  for (const [index, text] of texts.entries()) {
    const inline = plainInline(text.trim())
    if (inline === null) return null
    const skipped = index === 0 ? at : 0
    if (index > 0) {
      const before = texts[index - 1]!.length + (index === 1 ? at : 0)
      children.push({
        type: 'text',
        value: '\n',
        position: new Span(starts, line + index - 1, before, line + index, 0),
      })
    }
    const from = skipped + text.length - text.trimStart().length
    children.push(...placed(inline, new Span(starts, line + index, from, line + index, skipped + text.length)))
  }
  return new PlainParagraph(body, position, children)
}

/** The nodes of one line share its position: nobody asks for more. */
function placed(nodes: PhrasingContent[], position: Span): PhrasingContent[] {
  for (const node of nodes) {
    node.position = position
    if ('children' in node) for (const child of node.children) child.position = position
  }
  return nodes
}
