import nodeConsole from 'node:console'
import { EventEmitter } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { Writable } from 'node:stream'
import { renderToString } from 'ink'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { StampedEvent } from '../../src/core/events.ts'
import { App } from '../../src/ui/ink/app.tsx'
import { type Hands, mountInkView } from '../../src/ui/ink/mount.tsx'
import { type Controls, NO_KEYS } from '../../src/ui/keys.ts'
import type { Look } from '../../src/ui/line.ts'
import { initialView, linesOfView, liveView, reduceView } from '../../src/ui/many.ts'
import { helpLines, panelLines } from '../../src/ui/panel.ts'
import { type PanelText, screenView } from '../../src/ui/screen.ts'
import { displayWidth } from '../../src/ui/text.ts'
import { watchView } from '../../src/ui/watch.ts'
import { counterexample, twoAttempts } from './fixture.ts'

// Ink keeps stray output of the console off the live area, and needs Node's own console for it.
beforeAll(() => void vi.stubGlobal('console', nodeConsole))
afterAll(() => void vi.unstubAllGlobals())

interface Frame extends Look {
  /** Lines above the live area: those of so many last milliseconds. */
  recent?: number
  rows?: number
  keys?: Partial<Controls> | null
  text?: PanelText
}

/** The screen at an event time. */
function frame(t: number, { recent = 0, rows = 10, keys = null, text, ...look }: Frame): string {
  const events: StampedEvent[] = twoAttempts.filter((e) => e.t <= t)
  let view = initialView()
  const finished = []
  for (const event of events) {
    const lines = linesOfView(event, view, look).filter((line) => line.kind !== 'progress')
    if (event.t > t - recent) finished.push(...lines)
    view = reduceView(view, event)
  }
  const live = screenView(view, t, look, rows, keys && { ...NO_KEYS, ...keys }, text ?? null)
  const app = <App finished={finished} live={live} color={false} onKey={null} />
  return renderToString(app, { columns: look.width })
}

test('the live area at 80 columns, while fault schedules run', () => {
  expect(frame(39_200, { width: 80, unicode: true, recent: 2000 })).toMatchInlineSnapshot(`
    "✓ build         passed                                                     1.1 s

    job-queue/2  Implement failure detection and reassignment
    WHEN a worker has sent no heartbeat for 30 s THE SYSTEM SHALL mark it failed an…
    attempt 1 of 3  chaos  1 s
    ████░░░░░░░░░░░░░░░░  418 of 2,000 tests, ✗ 1 failed
    39 s   7,450 tokens   $0.0713"
  `)
})

test('the live area at 40 columns, without Unicode', () => {
  expect(frame(64_500, { width: 40, unicode: false })).toMatchInlineSnapshot(`
    "
    job-queue/2  Implement failure detect...
    WHEN a worker has sent no heartbeat f...
    attempt 2 of 3  chaos  4 s of about 4 s
    [#########.]  1,800 of 2,000, 0 failed
    attempt 1 failed  reassigns the jobs...
    1 min 04 s   13,140 tokens   $0.1031"
  `)
})

test('while the model is waited for, the screen says so', () => {
  expect(frame(23_700, { width: 80, unicode: true })).toMatchInlineSnapshot(`
    "
    job-queue/2  Implement failure detection and reassignment
    WHEN a worker has sent no heartbeat for 30 s THE SYSTEM SHALL mark it failed an…
    attempt 1 of 3  implementer  0 s  waiting for the first token
    23 s   3,790 tokens   $0.0411"
  `)
})

test('when a model that is silent is given up has a line of its own, at 80 columns too', () => {
  const told = (event: StampedEvent) =>
    event.type === 'model.started' ? { ...event, silence: { ms: 300_000, tries: 3 } } : event
  const view = twoAttempts
    .filter(({ t }) => t <= 23_700)
    .map(told)
    .reduce(reduceView, initialView())
  const lines = liveView(view, 23_700, { width: 80, unicode: true }).map((spans) =>
    spans.map(({ text }) => text).join(''),
  )
  expect(lines.slice(2, 4)).toEqual([
    'attempt 1 of 3  implementer  0 s  waiting for the first token',
    '3 tries, each up to 5 min of silence',
  ])
})

test('every frame of the run fits its screen', () => {
  for (const width of [40, 80]) {
    for (const { t } of twoAttempts) {
      const lines = frame(t, { width, unicode: true, recent: 3000, rows: 30, keys: {} }).split('\n')
      for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width)
    }
  }
})

test('when the run is over, only finished lines are left', () => {
  const lines = frame(70_000, { width: 80, unicode: true, recent: 1700 }).trimEnd().split('\n')
  expect(lines.slice(-2)).toEqual([
    '  journal       .agent/runs/20260114-101502-7f3a',
    '  report        npx agent report 20260114-101502-7f3a --html .agent/report.html',
  ])
})

const NO_HANDS: Hands = {
  stop() {},
  pause() {},
  show: async () => ({ title: '', kind: 'text', text: '' }),
  report: async () => '',
}

/** A terminal as far as the view can tell: keeps what is written and takes keys. */
function terminal() {
  const written: string[] = []
  const raw: boolean[] = []
  const screen = new Writable({
    write(chunk, _encoding, done) {
      written.push(String(chunk))
      done()
    },
  })
  const stdout = Object.assign(screen, { columns: 80, rows: 30, isTTY: true }) as unknown as NodeJS.WriteStream
  const keys: string[] = []
  const stdin = Object.assign(new EventEmitter(), {
    isTTY: true,
    setEncoding() {},
    setRawMode: (mode: boolean) => raw.push(mode),
    ref() {},
    unref() {},
    read: () => keys.shift() ?? null,
  })
  const press = (key: string) => {
    keys.push(key)
    stdin.emit('readable')
  }
  return { stdout, stdin: stdin as unknown as NodeJS.ReadStream, press, written, raw }
}

test('the mounted view gives the cursor and the keys back and leaves the finished lines', async () => {
  const { stdout, stdin, written, raw } = terminal()
  const view = mountInkView({ stdout, stdin, color: false, unicode: true, hands: NO_HANDS })
  for (const event of twoAttempts) view.listen(event)
  await view.unmount()
  await view.unmount()
  const out = written.join('')
  expect(out).toContain('✓ landed        4f2a1bc on main')
  expect(out.lastIndexOf('\x1b[?25h')).toBeGreaterThan(out.lastIndexOf('\x1b[?25l'))
  expect(raw).toEqual([true, false])
})

test('nothing flickers: whatever is erased is drawn again in the same synchronized update, and what stays is not touched', async () => {
  const { stdout, stdin, written } = terminal()
  const view = mountInkView({ stdout, stdin, color: false, unicode: true, hands: NO_HANDS })
  for (const event of twoAttempts.filter(({ t }) => t <= 39_100)) view.listen(event)
  await vi.waitFor(() => expect(written.join('')).toContain('418 of 2,000'))
  const before = written.length
  view.listen({ ...twoAttempts.find(({ type }) => type === 'check.progress')!, t: 39_200, done: 500 } as StampedEvent)
  await vi.waitFor(() => expect(written.slice(before).join('')).toContain('500'))
  const update = written.slice(before).join('')
  expect(update).not.toContain('Implement failure detection')
  const [begins, ends] = ['\x1b[?2026h', '\x1b[?2026l']
  for (const part of written.join('').split(begins).slice(1)) expect(part.split(ends)).toHaveLength(2)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are told by them
  const erasing = /\x1b\[\d*[JK]/
  const outside = written
    .join('')
    .split(begins)
    .map((part) => part.split(ends).at(-1))
  expect(outside.join('')).not.toMatch(erasing)
  await view.unmount()
})

/** Ink begins to listen for keys in an effect after the first frame, and hands are free to take their time. */
const turn = () => new Promise((resolve) => setImmediate(resolve))

test('keys reach the hands: Ctrl-C stops at once, q when it is pressed twice, p holds and lets go', async () => {
  const { stdout, stdin, press } = terminal()
  const did: string[] = []
  const hands = { ...NO_HANDS, stop: () => void did.push('stop'), pause: (on: boolean) => void did.push(`pause ${on}`) }
  const view = mountInkView({ stdout, stdin, color: false, unicode: true, hands })
  view.listen(twoAttempts[0]!)
  await turn()
  for (const key of ['x', 'p', 'p', 'q', 'x', 'q', 'pq', 'q']) press(key)
  await turn()
  expect(did).toEqual(['pause true', 'pause false', 'pause true', 'stop'])
  press('\x03')
  await turn()
  expect(did.at(-1)).toBe('stop')
  expect(did).toHaveLength(5)
  await view.unmount()
})

test('what a key asks for is shown, and a failure of it is told', async () => {
  const { stdout, stdin, press, written } = terminal()
  const shown = { title: 'Prompt for the author', kind: 'text' as const, text: 'Line 1\n\nLine 3' }
  const hands: Hands = {
    ...NO_HANDS,
    show: async (kind) => (kind === 'prompt' ? shown : Promise.reject(new Error('the journal is gone'))),
  }
  const view = mountInkView({ stdout, stdin, color: false, unicode: true, hands })
  view.listen(twoAttempts[0]!)
  await turn()
  press('m')
  await vi.waitFor(() => expect(written.join('')).toContain('Line 3'))
  press('d')
  await vi.waitFor(() => expect(written.join('')).toContain('the journal is gone'))
  await view.unmount()
})

test('on a large screen there is room for the requirement, the smallest failing case and the keys', () => {
  expect(frame(61_000, { width: 80, unicode: true, rows: 22, keys: {} })).toMatchInlineSnapshot(`
    "
    job-queue/2  Implement failure detection and reassignment
    WHEN a worker has sent no heartbeat for 30 s THE SYSTEM SHALL mark it failed and
    reassign its jobs within 45 s, each to exactly one worker.
    attempt 2 of 3  chaos  0 s of about 4 s
    ░░░░░░░░░░░░░░░░░░░░  0 of 8 tests, 0 failed
    attempt 1 failed  reassigns the jobs of a worker that is cut off
      AssertionError: job j1 was held by w1 and w2 at 52,400 ms
      [
        {"kind":"partition","at":7200,"heal":51000,"between":[["w1"],["q","w2"]]},
        [{"id":"j1","submit":0,"work":60000}]
      ]
    1 min 01 s   13,140 tokens   $0.1031
    p pause  q stop  m prompt  d diff  f failing test  o report  ? help"
  `)
})

test('a run that is held says so', () => {
  const last = (keys: Partial<Controls>) =>
    frame(61_000, { width: 80, unicode: true, keys }).trimEnd().split('\n').at(-1)
  expect(last({ paused: true })).toMatchInlineSnapshot(`"paused after this task; p goes on  ? help"`)
  expect(last({ asked: true })).toMatchInlineSnapshot(`"q again stops the run; any other key goes on"`)
  expect(last({ stopping: true })).toMatchInlineSnapshot(
    `"stopping: what runs is ended and cleared up; Ctrl-C again ends at once"`,
  )
})

test('a panel has its place in the text, what runs below it, and never more lines than the screen', () => {
  const look = { width: 80, unicode: true }
  const text = (lines: PanelText['lines']) => ({ title: 'What failed in attempt 1', lines })
  const lines = panelLines(
    { title: '', kind: 'code', text: "it('holds', () => {\n  expect(1).toBe(2)\n})", counterexample },
    look,
  )
  const open = { panel: { kind: 'test' as const, top: 0 } }
  expect(frame(61_000, { ...look, rows: 16, keys: open, text: text(lines) })).toMatchInlineSnapshot(`
    "
    What failed in attempt 1  lines 1 to 13 of 38  Esc closes
      │ test     test/detector.chaos.test.ts > failure detection > reassigns the
      │          jobs of a worker that is cut off
      │ shrunk   [
      │            {
      │              "kind":"partition",
      │              "at":7200,
      │              "heal":51000,
      │              "between":[["w1"],["q","w2"]]
      │            },
      │            [{"id":"j1","submit":0,"work":60000}]
      │          ]
      │ message  AssertionError: job j1 was held by w1 and w2 at 52,400 ms
      │          - Expected
    attempt 2  chaos  0 s of about 4 s   1 min 01 s   13,140 tokens   $0.1031
    p pause  q stop  m prompt  d diff  f failing test  o report  ? help"
  `)
  for (const rows of [3, 4, 7, 24])
    for (const top of [0, 5, 999]) {
      const shown = frame(61_000, { ...look, rows, keys: { panel: { kind: 'test', top } }, text: text(lines) })
      expect(shown.trimEnd().split('\n').length - 1).toBeLessThanOrEqual(rows)
    }
})

test('the list of keys at 40 columns', () => {
  const text = { title: 'Keys', lines: helpLines({ width: 40, unicode: false }) }
  const panel = { kind: 'help' as const, top: 0 }
  expect(frame(61_000, { width: 40, unicode: false, rows: 30, keys: { panel }, text })).toMatchInlineSnapshot(`
    "
    Keys  Esc closes
    p   pause         begin no further task
                      when this one has
                      ended; again: go on
    q   stop          end the run in good
                      order, after a second
                      q; Ctrl-C does it at
                      once
    m   prompt        what the model was
                      asked last
    d   diff          what the change that
                      is judged, or has
                      landed, does to the
                      code
    f   failing test  the case that failed
                      last, and the code of
                      its test
    o   report        write the report of
                      the run so far, and
                      open it
    ?   help          this list

    Tab: the next task, where several are...
    arrows, space, b: move in what is sho...
    attempt 2  chaos  0 s of about 4 s   1 m
    p q m d f o ?  (? says what they do)"
  `)
})

test('the status of a repository with the run at work below it, and what does not fit is counted', () => {
  const look = { width: 80, unicode: true }
  const view = twoAttempts.filter((e) => e.t <= 39_200).reduce(reduceView, initialView())
  const status = Array.from({ length: 30 }, (_, at) => ({
    kind: 'key' as const,
    spans: [{ text: `  ${at + 1}  Task` }],
  }))
  const shown = (rows: number, of: typeof view | null) =>
    watchView(status.slice(0, of ? 30 : 3), of, 39_200, look, rows, NO_KEYS, null).map((spans) =>
      spans.map(({ text }) => text).join(''),
    )
  expect(shown(14, view)).toMatchInlineSnapshot(`
    [
      "  1  Task",
      "  2  Task",
      "  3  Task",
      "  4  Task",
      "  5  Task",
      "... 25 more lines",
      "",
      "job-queue/2  Implement failure detection and reassignment",
      "WHEN a worker has sent no heartbeat for 30 s THE SYSTEM SHALL mark it failed an…",
      "attempt 1 of 3  chaos  1 s",
      "████░░░░░░░░░░░░░░░░  418 of 2,000 tests, ✗ 1 failed",
      "39 s   7,450 tokens   $0.0713",
      "",
      "q close  m prompt  d diff  f failing test  o report  ? help",
    ]
  `)
  expect(shown(14, null)).toMatchInlineSnapshot(`
    [
      "  1  Task",
      "  2  Task",
      "  3  Task",
      "",
      "q close  m prompt  d diff  f failing test  o report  ? help",
    ]
  `)
  for (const rows of [3, 5, 9, 40]) expect(shown(rows, view).length).toBeLessThanOrEqual(rows)
})

test('nothing outside of the Ink folder loads Ink or React', () => {
  const dir = new URL('../../src/ui/', import.meta.url)
  const files = readdirSync(dir).filter((name) => name.endsWith('.ts'))
  expect(files.length).toBeGreaterThan(5)
  for (const file of files) expect(readFileSync(new URL(file, dir), 'utf8')).not.toMatch(/from '(ink|react|\.\/ink)/)
})
