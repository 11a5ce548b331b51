import { clean } from './text.ts'

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text from outside as text of a page: in an element or in a quoted attribute it is nothing but characters. */
export function escaped(text: string): string {
  return clean(text).replace(/[&<>"']/g, (one) => ENTITIES[one]!)
}

/** Markup that is put into a page as it is. Made by {@link html}, or of what has escaped all that it holds. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Value = string | number | null | Markup | readonly Markup[]

/** Markup with values in it: all that is not markup itself is escaped; null is nothing. */
export function html(parts: TemplateStringsArray, ...values: Value[]): Markup {
  return new Markup(parts.map((part, at) => (at < values.length ? part + told(values[at]!) : part)).join(''))
}

function told(value: Value): string {
  if (value === null) return ''
  if (value instanceof Markup) return value.text
  return typeof value === 'object' ? value.map(({ text }) => text).join('\n') : escaped(String(value))
}
