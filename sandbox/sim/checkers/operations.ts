/** One call of a client, from outside. Times in ms; one that has ended before another began comes before it. */
export interface Operation<I = unknown, O = unknown> {
  client: string
  input: I
  /** What the call answered; of no meaning while `returned` is null. */
  output: O | undefined
  called: number
  /** null: nobody knows whether it took effect, now, later or never. */
  returned: number | null
}

/** Records calls as they are made. `now` is the true time: of the simulation, not of a node. */
export class Operations<I = unknown, O = unknown> {
  readonly list: Operation<I, O>[] = []
  #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /**
   * Makes the call and answers what it does. When it rejects, its effect stays unknown, unless `failed` says of the error
   * that nothing has happened; the error goes on to the caller in either case.
   */
  async call(
    client: string,
    input: I,
    make: () => O | Promise<O>,
    failed: (error: unknown) => boolean = () => false,
  ): Promise<O> {
    const operation: Operation<I, O> = { client, input, output: undefined, called: this.#now(), returned: null }
    this.list.push(operation)
    try {
      operation.output = await make()
      operation.returned = this.#now()
      return operation.output
    } catch (error) {
      if (failed(error)) this.list.splice(this.list.indexOf(operation), 1)
      throw error
    }
  }
}
