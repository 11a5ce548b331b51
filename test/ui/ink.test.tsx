import nodeConsole from 'node:console'
import { EventEmitter } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { Writable } from 'node:stream'
import { renderToString } from 'ink'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { StampedEvent } from '../../src/core/events.ts'
import { App } from '../../src/ui/ink/app.tsx'
import { mountInkView } from '../../src/ui/ink/mount.tsx'
import type { Look } from '../../src/ui/line.ts'
import { linesOf } from '../../src/ui/lines.ts'
import { liveLines } from '../../src/ui/live.ts'
import { initialState, reduce } from '../../src/ui/state.ts'
import { displayWidth } from '../../src/ui/text.ts'
import { twoAttempts } from './fixture.ts'

// Ink keeps stray output of the console off the live area, and needs Node's own console for it.
beforeAll(() => void vi.stubGlobal('console', nodeConsole))
afterAll(() => void vi.unstubAllGlobals())

/** The screen at an event time; the lines of the `recent` last milliseconds stand above the live area. */
function frame(t: number, look: Look, recent = 0): string {
  const events: StampedEvent[] = twoAttempts.filter((e) => e.t <= t)
  let state = initialState()
  const finished = []
  for (const event of events) {
    const lines = linesOf(event, state, look).filter((line) => line.kind !== 'progress')
    if (event.t > t - recent) finished.push(...lines)
    state = reduce(state, event)
  }
  const app = <App finished={finished} live={liveLines(state, t, look)} color={false} onInterrupt={null} />
  return renderToString(app, { columns: look.width })
}

test('the live area at 80 columns, while fault schedules run', () => {
  expect(frame(39_200, { width: 80, unicode: true }, 2000)).toMatchInlineSnapshot(`
    "✓ build         passed                                                     1.1 s

    job-queue/2  Implement failure detection and reassignment
    WHEN a worker has sent no heartbeat for 30 s THE SYSTEM SHALL mark it failed an…
    attempt 1 of 3  chaos  1 s
    ████░░░░░░░░░░░░░░░░  418 of 2,000, 1 failed
    39 s   7,450 tokens   $0.0713"
  `)
})

test('the live area at 40 columns, without Unicode', () => {
  expect(frame(64_500, { width: 40, unicode: false })).toMatchInlineSnapshot(`
    "
    job-queue/2  Implement failure detect...
    WHEN a worker has sent no heartbeat f...
    attempt 2 of 3  chaos  4 s
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
    attempt 1 of 3  implementer  0 s  waiting for a reply
    23 s   3,790 tokens   $0.0411"
  `)
})

test('every frame of the run fits its screen', () => {
  for (const width of [40, 80]) {
    for (const { t } of twoAttempts) {
      const lines = frame(t, { width, unicode: true }, t + 1).split('\n')
      for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width)
    }
  }
})

test('when the run is over, only finished lines are left', () => {
  const lines = frame(70_000, { width: 80, unicode: true }, 1700).trimEnd().split('\n')
  expect(lines.slice(-2)).toEqual([
    '  journal       .agent/runs/20260114-101502-7f3a',
    '  report        npx agent report 20260114-101502-7f3a --html report.html',
  ])
})

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
  const view = mountInkView({ stdout, stdin, color: false, unicode: true, onInterrupt() {} })
  for (const event of twoAttempts) view.listen(event)
  await view.unmount()
  await view.unmount()
  const out = written.join('')
  expect(out).toContain('✓ landed        4f2a1bc on main')
  expect(out.lastIndexOf('\x1b[?25h')).toBeGreaterThan(out.lastIndexOf('\x1b[?25l'))
  expect(raw).toEqual([true, false])
})

test('Ctrl-C asks for an interrupt and ends nothing by itself; other keys do nothing', async () => {
  const { stdout, stdin, press } = terminal()
  let interrupts = 0
  const view = mountInkView({ stdout, stdin, color: false, unicode: true, onInterrupt: () => interrupts++ })
  view.listen(twoAttempts[0]!)
  // Ink begins to listen for keys in an effect after the first frame.
  await new Promise((resolve) => setImmediate(resolve))
  press('c')
  press('\x03')
  await new Promise((resolve) => setImmediate(resolve))
  expect(interrupts).toBe(1)
  await view.unmount()
})

test('nothing outside of the Ink folder loads Ink or React', () => {
  const dir = new URL('../../src/ui/', import.meta.url)
  const files = readdirSync(dir).filter((name) => name.endsWith('.ts'))
  expect(files.length).toBeGreaterThan(5)
  for (const file of files) expect(readFileSync(new URL(file, dir), 'utf8')).not.toMatch(/from '(ink|react|\.\/ink)/)
})
