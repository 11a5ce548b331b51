import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { processesIn } from './support/agent.ts'
import { AUTHOR, RIGHT, WRONG } from './support/clamp.ts'
import { makeRepository } from './support/repository.ts'
import { scriptModel } from './support/scripted-model.ts'
import { HAS_TMUX, openTerminal } from './support/terminal.ts'

const BIN = join(import.meta.dirname, '..', 'bin', 'agent.js')
const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`

/** Lines of the live area, each once. */
const PARTS = [/p goes on/, /^limits\/1 {2}Implement/, /^attempt 2 of 3 {2}implementer/, /^attempt 1 failed/]

if (!HAS_TMUX) console.warn('not tried: the live view in a real terminal, as this machine has no tmux')

describe.skipIf(!HAS_TMUX)('the live view in a real terminal', () => {
  it('shows what runs, answers to keys, follows the size of the window, and gives the terminal back', async () => {
    const repository = await makeRepository()
    // The second attempt is never written to its end: there is time to look.
    const model = await scriptModel({
      author: [AUTHOR],
      implementer: [WRONG, { text: RIGHT, hangAfterChars: 40 }],
    })
    const opened = join(repository.around, 'opened')
    const browser = join(repository.around, 'browser')
    await writeFile(browser, `#!/bin/sh\nprintf %s "$1" > ${quoted(opened)}\n`, { mode: 0o755 })
    const env = Object.entries({ ...repository.env, ...model.env, TERM: 'tmux-256color', BROWSER: browser })
    const command = [
      ...['env', '-i', ...env.map(([name, value]) => `${name}=${value}`)],
      ...[process.execPath, BIN, '--cwd', repository.dir, 'next', ...model.args],
    ]
    const after = 'echo "code $?"; stty -a | tr " " "\\n" | grep -x -e -icanon -e icanon; exec cat'
    const line = `cd ${quoted(repository.around)}; ${command.map(quoted).join(' ')}; ${after}`
    const terminal = await openTerminal(repository.around, line, { columns: 100, rows: 40 })

    const waiting = await terminal.until((screen) => /attempt 2 of 3 {2}implementer .*so far/.test(screen))
    expect(waiting).toContain('limits/1  Implement clamping')
    expect(waiting).toContain('WHEN a value lies below the lower limit, THE system SHALL answer the lower limit.')
    expect(waiting).toContain('attempt 1 failed  an answer lies within the limits')
    expect(waiting).toMatch(/[\d,]+ of 1,000,000 tokens/)
    expect(waiting).toContain('p pause  q stop  m prompt  d diff  f failing test  o report  ? help')

    await terminal.press('m')
    await terminal.until((screen) => screen.includes('Prompt for the implementer, attempt 2, round 1  lines 1 to '))
    await terminal.press('d')
    const diff = await terminal.until((screen) => screen.includes('Diff of attempt 2, as it is judged'))
    expect(diff).toContain('+++ b/src/clamp.ts')
    await terminal.press('f')
    await terminal.until((screen) => screen.includes('What failed in attempt 1'))
    await terminal.press('G')
    await terminal.until((screen) => screen.includes('const expected = value < low ? low'))
    await terminal.press('Escape')
    await terminal.until((screen) => !screen.includes('Esc closes') && screen.includes('attempt 1 failed'))
    await terminal.press('p')
    await terminal.until((screen) => screen.includes('paused after this task'))
    await terminal.press('o')
    await terminal.until((screen) => screen.includes('opened '))
    expect(await readFile(await readFile(opened, 'utf8'), 'utf8')).toContain('<h1>Run ')
    await terminal.press('Escape')

    let torn = 0
    for (const [columns, rows] of [
      [58, 40],
      [130, 30],
      [44, 24],
      [100, 20],
      [80, 30],
    ] as const) {
      await terminal.resize(columns, rows)
      // What was drawn for another width is gone, and nothing is broken in two.
      const clean = (screen: string) =>
        PARTS.every((part) => screen.split('\n').filter((line) => part.test(line)).length === 1)
      // A frame that is drawn in the very moment between the terminal's change and our hearing of it may leave a line.
      await terminal.until(clean).catch(() => torn++)
      await terminal.until((screen) => PARTS.every((part) => screen.split('\n').some((line) => part.test(line))))
    }
    await terminal.press('?')
    await terminal.until((screen) => screen.includes('Esc closes'))
    await terminal.resize(50, 30)
    await terminal.press('Escape')
    const closed = (screen: string) => screen.includes('attempt 1 failed') && !/^[dfo] {3}/m.test(screen)
    await terminal.until((screen) => closed(screen) && !screen.includes('Esc closes')).catch(() => torn++)
    await terminal.until(closed)
    expect(torn).toBeLessThanOrEqual(1)

    await terminal.press('q')
    await terminal.until((screen) => screen.includes('q again stops the run'))
    await terminal.press('q')
    const ended = await terminal.until((screen) => /code \d+/.test(screen) && screen.includes('icanon'))
    expect(ended).toMatch(/code 130\nicanon/)
    expect(ended).not.toContain('-icanon')
    expect((await terminal.all()).filter((one) => one.startsWith('attempt 1 of 3'))).toHaveLength(1)
    await terminal.press('C-c')
    expect(await processesIn(repository)).toEqual([])
  })
})
