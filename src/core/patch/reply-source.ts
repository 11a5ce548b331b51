import type { Operation, ReplyProblem } from './patch.ts'

/** What a grammar read from a part of a reply. Indexes of lines are 0-based, line numbers in results 1-based. */
export interface Reading {
  operations: Operation[]
  problems: ReplyProblem[]
  /** Index of the first line after the part. */
  next: number
}

/** An opened fence: its characters, and how far it stands from the margin. */
export interface Fence {
  /** Index of its line. */
  at: number
  marker: string
  info: string
  indent: number
}

export type LineAt = (index: number) => string

/** Lines of a reply without their line endings. */
export function replyLines(text: string): string[] {
  return text.replace(/^\uFEFF/, '').split(/\r?\n/)
}

export function openingFence(line: string, at: number): Fence | null {
  const match = /^( *)(`{3,}|~{3,})(.*)$/.exec(line)
  if (match === null) return null
  const [, indent = '', marker = '', info = ''] = match
  if (marker.startsWith('`') && info.includes('`')) return null
  return { at, marker, info: info.trim(), indent: indent.length }
}

export function closesFence(line: string, fence: Fence): boolean {
  const text = line.trim()
  return text.length >= fence.marker.length && text === fence.marker.charAt(0).repeat(text.length)
}

/** Takes away the margin of a fence in a list, as Markdown does. */
export function withoutMargin(line: string, indent: number): string {
  let margin = 0
  while (margin < indent && line[margin] === ' ') margin++
  return line.slice(margin)
}

/** Lines as the text of a file or a block: every line with its newline. */
export function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}
