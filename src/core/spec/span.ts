import type { Point, Position } from 'unist'

/** A position whose points are made when they are asked for: a large file has a hundred thousand nodes. Lines count from 0. */
export class Span implements Position {
  readonly starts: readonly number[]
  readonly line: number
  readonly at: number
  lastLine: number
  lastAt: number

  constructor(starts: readonly number[], line: number, at: number, lastLine: number, lastAt: number) {
    this.starts = starts
    this.line = line
    this.at = at
    this.lastLine = lastLine
    this.lastAt = lastAt
  }

  get from(): number {
    return this.starts[this.line]! + this.at
  }

  get to(): number {
    return this.starts[this.lastLine]! + this.lastAt
  }

  get start(): Point {
    return { line: this.line + 1, column: this.at + 1, offset: this.from }
  }

  get end(): Point {
    return { line: this.lastLine + 1, column: this.lastAt + 1, offset: this.to }
  }

  /** From the start of this to the end of another. */
  upTo({ lastLine, lastAt }: Span): Span {
    return new Span(this.starts, this.line, this.at, lastLine, lastAt)
  }
}
