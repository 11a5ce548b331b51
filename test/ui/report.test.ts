import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StampedEvent } from '../../src/core/events.ts'
import { plainText } from '../../src/ui/line.ts'
import { type Beside, reportHtml } from '../../src/ui/report/html.ts'
import { storyOfRun } from '../../src/ui/report/story.ts'
import { reportLines } from '../../src/ui/report/terminal.ts'
import { displayWidth } from '../../src/ui/text.ts'
import { CHROMIUM, openBrowser } from '../support/chromium.ts'
import { elementsOf } from '../support/markup.ts'
import { anySequence } from './events.ts'
import { counterexample, twoAttempts } from './fixture.ts'

const NOTHING: Beside = { diff: () => null, reply: () => null, traces: [] }
const DIFF = `diff --git a/src/queue.ts b/src/queue.ts
--- a/src/queue.ts
+++ b/src/queue.ts
@@ -1 +1 @@
-const limit = 46_000
+const limit = 30_000
`
const FULL: Beside = {
  diff: () => DIFF,
  reply: ({ role, attempt, round }) => `What the ${role} said in ${attempt}.${round}: <b>if (a < b && c > d)</b>`,
  traces: [
    {
      ...{
        id: 'job-queue',
        dir: 'specs/job-queue',
        problems: [],
        changes: [],
        remarks: ['nothing else'],
        summary: '1 of 1',
      },
      rows: [
        {
          ...{
            criterion: '2.1',
            text: 'WHEN silent',
            properties: ['1 once'],
            own: [],
            task: '2',
            title: 'Detect',
            tests: 'test/a.ts',
            allTests: ['test/a.ts'],
          },
          ...{ commit: '1234567', state: 'verified', evidence: 'red 8/8', bad: false },
        },
      ],
    },
  ],
}

const text = (events: StampedEvent[], width = 100) =>
  reportLines(storyOfRun(events), { width, unicode: true }).map(plainText).join('\n')
const page = (events: StampedEvent[], beside: Beside = NOTHING) => reportHtml(storyOfRun(events), beside)

describe('the report of a run', () => {
  it('reads well in a terminal', () => {
    expect(text(twoAttempts)).toMatchInlineSnapshot(`
      "Run 20260114-101502-7f3a
      ✓ outcome       verified: task 2 of job-queue landed on main
        model         anthropic/some-model
        began         at 932ab94 on main
        box           full

      job-queue/2  Implement failure detection and reassignment
        WHEN a worker has sent no heartbeat for 30 s THE SYSTEM SHALL mark it failed and reassign its jobs
        within 45 s, each to exactly one worker.
      ✓ verified      8 of 8 frozen tests green, suite 49/49
        bound         0 of 2,000 schedules failed: below 0.15 % at 95 %
        evidence      tests red 8/8; tests green 8/8; chaos 0 of 2,000 schedules failed (below 0.15 % at
                      95 %); teeth 10 wrong versions: 9 killed, 1 not explained; suite 49/49
      ✓ tests         8 tests frozen, red 8/8                                                       23.2 s
      ✗ attempt 1     chaos: test/detector.chaos.test.ts > failure detection > reassigns the        18.6 s
                      jobs of a worker that is cut off;
                      [{"kind":"partition","at":7200,"heal":51000,"between":[["w1"],["q","w2"]]},[{"id":"j
                      1","submit":0,"work":60000}]]; AssertionError: job j1 was held by w1 and w2 at
                      52,400 ms; replay: seed -1873264011, path 417:2:0:3
      ✓ attempt 2     chaos 2,000 schedules over 10 seeds, final: held                              26.2 s
        commit        4f2a1bc job-queue 2: failure detection and reassignment on main
        cost          3 questions, 7,330 tokens in, 5,810 out, $0.1031; 1 min 08 s

        cost          3 questions, 7,330 tokens in, 5,810 out, $0.1031
        time          1 min 08 s
        journal       .agent/runs/20260114-101502-7f3a"
    `)
  })

  it('is one page that says the same, with prompts, answers, diff, seeds, counterexample and trace', async () => {
    const html = page(twoAttempts, FULL)
    await expect(html.replace(/<style>[^<]*<\/style>/, '')).toMatchFileSnapshot('goldens/report.html.txt')
    const { seed, path } = counterexample
    for (const shown of [
      `seed ${seed}, path ${path}`,
      'const limit = 30_000',
      'if (a &lt; b &amp;&amp; c &gt; d)',
      'WHEN silent',
    ])
      expect(html).toContain(shown)
  })

  it('tells of a run that was killed what there is, and that it has no end', () => {
    for (let length = 0; length < twoAttempts.length; length++) {
      const cut = twoAttempts.slice(0, length)
      expect(text(cut)).toContain('its journal has no end')
      elementsOf(page(cut, FULL))
      if (storyOfRun(cut).tasks.length > 0 && !cut.some(({ type }) => type === 'verdict'))
        expect(text(cut)).toContain('the run ended before there was a verdict')
    }
  })

  it('tells of a run at work that it is not done yet, and ticks off only what has happened', () => {
    for (let length = 1; length < twoAttempts.length - 1; length++) {
      const events = twoAttempts.slice(0, length)
      const story = storyOfRun(events, true)
      const lines = reportLines(story, { width: 100, unicode: true }).map(plainText)
      expect(lines[1]).toMatch(/^ {2}outcome +at work: not done yet/)
      const has = (type: string) => events.some((one) => one.type === type)
      const ticked = lines.flatMap((line) => /^✓ (\S+(?: \d)?)/.exec(line)?.[1] ?? [])
      const verdicts = events.flatMap((one) => (one.type === 'verdict' ? [one] : []))
      expect(ticked).toEqual([
        ...(has('landed') ? ['verified'] : []),
        ...(has('tests.frozen') ? ['tests'] : []),
        ...verdicts.flatMap(({ attempt, status }) => (status === 'verified' ? [`attempt ${attempt}`] : [])),
      ])
      const html = reportHtml(story, FULL)
      expect(html).toContain('<p class="none state">at work: not done yet')
      if (!has('landed') && story.tasks.length > 0) expect(html).toContain('<span class="none state">at work</span>')
    }
    expect(text(twoAttempts.slice(0, 3))).not.toContain('✓')
  })

  it('keeps tasks apart that were at work at once', () => {
    const other = twoAttempts.map((event) => ({
      ...event,
      ...('task' in event ? { task: '3' } : {}),
      of: 'job-queue/3',
    }))
    const mixed = twoAttempts.flatMap((event, at) =>
      event.type.startsWith('run.') ? [event] : [{ ...event, of: 'job-queue/2' }, other[at]!],
    ) as StampedEvent[]
    const { tasks, spent } = storyOfRun(mixed)
    const alone = storyOfRun(twoAttempts)
    expect(tasks.map(({ task }) => task)).toEqual(['2', '3'])
    for (const task of tasks) {
      expect(task.attempts.map(({ n, moments }) => [n, moments.length])).toEqual(
        alone.tasks[0]!.attempts.map(({ n, moments }) => [n, moments.length]),
      )
      expect(task.spent).toEqual(alone.tasks[0]!.spent)
    }
    expect(spent.input).toBe(2 * alone.spent.input)
  })

  it('counts apart what earlier runs were billed for answers that this one took over', () => {
    const resumed = twoAttempts.map((event) => {
      if (event.type === 'run.started') return { ...event, earlierMs: 61_000 }
      if (event.type !== 'model.finished' || event.t > 30_000) return event
      return { ...event, usage: { input: 0, output: 0, cached: 0 }, usd: 0, earlier: event.usage }
    })
    const told = text(resumed, 300)
    expect(told).toContain(
      'cost          3 questions, 1 of them answered to earlier runs; this run 6,020 tokens in, 3,330 out, $0.0620; ' +
        'with the runs it goes on with 7,330 in, 5,810 out',
    )
    expect(told).toMatch(/time +this run 1 min 08 s; with the runs it goes on with 2 min 09 s/)
    const html = page(resumed)
    expect(html).toContain('earlier run: 1,310 tokens in, 2,480 out; anthropic/some-model')
    expect(html).not.toContain('$0.00;')
    expect(html).toContain('this run 1 min 08 s; with the runs it goes on with 2 min 09 s')
    const older = resumed.map(({ earlierMs: _, ...event }: StampedEvent & { earlierMs?: number }) => event)
    expect(text(older as StampedEvent[])).toMatch(/time +1 min 08 s, this run alone$/m)
    expect(page(older as StampedEvent[])).toContain('<dt>took</dt><dd>1 min 08 s, this run alone</dd>')
    expect(text(twoAttempts)).not.toContain('this run')
  })

  it('tells tasks in the order of their turns, whichever was begun first', () => {
    const result = twoAttempts.find((event) => event.type === 'run.result')!
    const one = result.type === 'run.result' ? result.tasks[0]! : null
    const of = (task: string) =>
      twoAttempts
        .filter(({ type }) => !type.startsWith('run.'))
        .map((event) => ({ ...event, ...('task' in event ? { task } : {}), of: `job-queue/${task}` }) as StampedEvent)
    const ended = { ...result, tasks: ['1', '2'].map((task) => ({ ...one, task })) } as StampedEvent
    const { tasks } = storyOfRun([...of('9'), ...of('2'), ...of('1'), ended])
    expect(tasks.map(({ task }) => task)).toEqual(['1', '2', '9'])
  })

  it('shows a model that was asked within a check as a model, and not under the check', () => {
    const answered = twoAttempts.findLast(({ type }) => type === 'model.finished')!
    const teeth = {
      ...{ type: 'teeth.finished', spec: 'job-queue', task: '2', attempt: 2, mode: 'report', killed: 7, allowed: 0 },
      ...{ unexplained: 0, errors: 0, timeouts: 0, notRun: 0, total: 7, refused: 0, possible: 9, answered: true },
      ...{ note: null, ms: 40_000, strict: [], survivors: [] },
    }
    const verdict = twoAttempts.findLastIndex(({ type }) => type === 'verdict')
    const both = [
      { ...answered, t: 60_000 },
      { v: 1, t: 68_000, ...teeth },
    ] as StampedEvent[]
    const lane = page(twoAttempts.toSpliced(verdict, 0, ...both))
      .split('<div class="lane">')
      .at(-1)!
    const kinds = [...lane.split('</div></div>')[0]!.matchAll(/class="k-(\w+)"/g)].map(([, kind]) => kind)
    expect(kinds.join(' ')).toMatch(/^(check |red |other )+(model ?)+$/)
  })

  describe('on its scale of time', () => {
    const teeth = {
      ...{ type: 'teeth.finished', spec: 'job-queue', task: '2', attempt: 2, mode: 'report', killed: 7, allowed: 0 },
      ...{ unexplained: 0, errors: 0, timeouts: 0, notRun: 0, total: 7, refused: 0, possible: 9, answered: true },
      ...{ note: null, ms: 4_000, strict: [], survivors: [] },
    }
    /** Bars of the last lane, with events before the verdict. */
    const bars = (...events: object[]) => {
      const verdict = twoAttempts.findLastIndex(({ type }) => type === 'verdict')
      const { t } = twoAttempts[verdict]!
      const stamped = events.map((event) => ({ v: 1, t, ...event })) as StampedEvent[]
      const lane = page(twoAttempts.toSpliced(verdict, 0, ...stamped))
        .split('<div class="lane">')
        .at(-1)!
      return [...lane.matchAll(/class="k-(\w+)" style="left:([\d.]+)%;width:([\d.]+)%" title="(\w+): ([^"]*)"/g)].map(
        ([, kind, left, width, name, took]) => ({ kind, left, width, name, took }),
      )
    }

    it('has no red where there was nothing to build, and red where there was nothing to test', () => {
      const nothing = {
        ...{ type: 'check.finished', status: 'empty', passed: 0, failed: 0, seeds: [], runs: 0 },
        ...{ counterexample: null, message: null, ms: 5 },
      }
      expect(bars({ ...nothing, stage: 'build' })).toContainEqual(
        expect.objectContaining({ name: 'build', kind: 'check' }),
      )
      expect(bars().filter(({ kind }) => kind === 'red')).toEqual([])
      expect(bars({ ...nothing, stage: 'build' }).filter(({ kind }) => kind === 'red')).toEqual([])
      expect(bars({ ...nothing, stage: 'tests' })).toContainEqual(
        expect.objectContaining({ name: 'tests', kind: 'red' }),
      )
    })

    it('draws the bar of wrong versions over the question within them, from where they began', () => {
      const bar = (event: object) => bars(event).find(({ name }) => name === 'teeth')!
      const alone = bar(teeth)
      const asked = bar({ ...teeth, askedMs: 8_000 })
      expect([alone.took, asked.took]).toEqual(['4.0 s', '12.0 s'])
      expect(Number(asked.width) / Number(alone.width)).toBeCloseTo(3, 1)
      // Both end where the event was told.
      expect(Number(asked.left) + Number(asked.width)).toBeCloseTo(Number(alone.left) + Number(alone.width), 1)
    })
  })

  it('says what was not verified', () => {
    const teeth = {
      ...{ type: 'teeth.finished', spec: 'job-queue', task: '2', attempt: 2, mode: 'report', killed: 7, allowed: 0 },
      ...{ unexplained: 2, errors: 0, timeouts: 1, notRun: 3, total: 9, refused: 0, possible: 9, answered: false },
      ...{ note: null, ms: 5, strict: [], survivors: [], seconds: 10 },
    }
    const verdict = twoAttempts.findLastIndex(({ type }) => type === 'verdict')
    const events = twoAttempts.toSpliced(verdict, 0, { v: 1, t: 68_000, ...teeth } as StampedEvent)
    expect(storyOfRun(events).tasks[0]!.gaps).toEqual([
      '2 of 13 wrong versions live without an explanation: no model answered about them',
      '1 of 13 wrong versions did not end: counted neither as killed nor as living',
      '3 of 13 wrong versions were not judged in time: counted neither as killed nor as living; a higher level.teethSeconds in agent.yaml gives them more (it is 10)',
    ])
    const few = events.map((one) => (one.type === 'teeth.finished' ? { ...one, notRun: 4 } : one))
    expect(storyOfRun(few).tasks[0]!.gaps[0]).toBe(
      'only 9 of 14 wrong versions could be judged: nothing is shown of the others',
    )
    const what = 'a crash restores all that was remembered before the handler ran, so ids handled by others are lost'
    const named = {
      ...teeth,
      survivors: [
        { path: 'src/a.ts', line: null, what, status: 'timeout', reason: 'AssertionError: another one' },
        ...[1, 2, 3].map((line) => ({ path: 'src/a.ts', line, what: 'a -> b', status: 'not-run', reason: null })),
        { path: 'src/a.ts', line: 9, what: 'c -> d', status: 'unreached', reason: null },
        { path: 'src/a.ts', line: 8, what: 'allowed', status: 'allowed', reason: 'within 45 s' },
      ],
    }
    const withNames = twoAttempts.toSpliced(verdict, 0, { v: 1, t: 68_000, ...named } as StampedEvent)
    expect(storyOfRun(withNames).tasks[0]!.gaps).toEqual([
      expect.stringMatching(/about them: src\/a\.ts:9: c -> d$/),
      `1 of 13 wrong versions did not end: counted neither as killed nor as living: "${what}"`,
      expect.stringMatching(/\(it is 10\): src\/a\.ts:1: a -> b; src\/a\.ts:2: a -> b; src\/a\.ts:3: a -> b$/),
    ])
    const words = `3.2 "WHEN the silence ends, THE System SHALL take up the job again ${'and go on '.repeat(15)}from there"`
    const excused = {
      ...{ ...teeth, unexplained: 0, timeouts: 0, notRun: 0, allowed: 1 },
      survivors: [{ path: 'src/a.ts', line: 8, what: 'a -> b', status: 'allowed', reason: words }],
    }
    const withWords = twoAttempts.toSpliced(verdict, 0, { v: 1, t: 68_000, ...excused } as StampedEvent)
    const by = (said: string) =>
      `1 of 8 wrong versions lives within the spec, as the strengthener reads it: src/a.ts:8: a -> b (by ${said})`
    expect(storyOfRun(withWords).tasks[0]!.gaps).toEqual([by(words)])
    const because = 'it behaves the same, since `b` is `a` here.'
    const reasoned = withWords.map((one) =>
      one.type === 'teeth.finished' ? { ...one, survivors: one.survivors.map((s) => ({ ...s, because })) } : one,
    )
    expect(storyOfRun(reasoned).tasks[0]!.gaps).toEqual([
      by('').replace(' (by )', `: it behaves the same, since \`b\` is \`a\` here (the strengthener; ${words})`),
    ])
    // What an older version wrote: no more than what the model had copied.
    const older = withWords.map((one) =>
      one.type === 'teeth.finished'
        ? { ...one, survivors: one.survivors.map((s) => ({ ...s, reason: 'within 45 s' })) }
        : one,
    )
    expect(storyOfRun(older).tasks[0]!.gaps).toEqual([by('the words "within 45 s"')])
    const lines = (whole: boolean) =>
      reportLines(storyOfRun(withWords), { width: 100, unicode: true }, whole)
        .map(plainText)
        .join(' ')
        .replace(/\s+/g, ' ')
    expect(lines(true)).toContain(by(words))
    expect(lines(false)).toMatch(/SHALL take up the job again (and go on )+[a-z ]*…"\)/)
    expect(page(withWords)).toContain(`>${by(words).replaceAll('>', '&gt;').replaceAll('"', '&quot;')}<`)
    expect(text(withNames).replace(/\s+/g, ' ')).toContain(what)
    expect(page(withNames)).toContain(`<td>${what}</td>`)
    expect(page(events)).toContain('<h3>What this does not show</h3>')
    expect(text(events)).toContain('  What this does not show:\n')
    const chosen = { type: 'runner.chosen', runner: 'vitest', why: '', dir: 'api', unchecked: 'types are not checked' }
    const untyped = events.toSpliced(1, 0, { v: 1, t: 1, ...chosen } as StampedEvent)
    expect(page(untyped)).toContain('<li class="warn">api: types are not checked</li>')
    expect(text(untyped)).toContain('api: types are not checked')
    const failed: StampedEvent[] = events.map((event) =>
      event.type === 'run.result' || event.type === 'verdict' ? asFailed(event) : event,
    )
    expect(page(failed)).toContain('<h3>Not verified</h3>')
    // Each attempt that failed ends in red, though no check of the second was red.
    const lanes = page(failed).match(/<div class="lane">.*?<\/div><\/div>/gs) ?? []
    expect(lanes.map((lane) => lane.includes('k-red'))).toEqual([false, true, true])
  })
})

describe('the report of a replay', () => {
  const waited = { ref: null, waiting: 'refs/heads/specproof/job-queue--2', reason: 'main has moved' }
  const replay = (landed: object = {}) =>
    twoAttempts.map((event) => {
      if (event.type === 'run.started') return { ...event, replays: '20260113-080000-1a2b' }
      return event.type === 'landed' ? { ...event, ...landed } : event
    })

  it('says of the commit that it landed then, and not now', () => {
    expect(text(replay())).toMatch(/commit +4f2a1bc .* on main then, not now$/m)
    const html = page(replay(), FULL)
    expect(html).toContain('<dt>landed</dt><dd>main then, not now</dd>')
    expect(html).not.toContain('What landed in the commit')
    expect(page(twoAttempts, FULL)).toContain('<dt>landed</dt><dd>main</dd>')
  })

  it('says of one that waited that it did so then, and misses no landing', () => {
    expect(page(replay(waited))).toContain('<dd>no, it waited on specproof/job-queue--2 then, not now</dd>')
    expect(storyOfRun(replay(waited)).tasks[0]!.gaps).toEqual([])
    const waits = twoAttempts.map((event) => (event.type === 'landed' ? { ...event, ...waited } : event))
    expect(page(waits)).toContain('<dd>no, it waits on specproof/job-queue--2</dd>')
    expect(storyOfRun(waits).tasks[0]!.gaps).toEqual(['the commit has not landed: main has moved'])
    const killed = (events: StampedEvent[]) => events.filter(({ type }) => type !== 'landed' && type !== 'run.result')
    expect(storyOfRun(killed(replay())).tasks[0]!.gaps).toEqual([])
    expect(storyOfRun(killed(waits)).tasks[0]!.gaps).toEqual(['the run ended before the commit landed'])
  })
})

describe('what a task must hold, in a report', () => {
  const criteria = ['1.1', '1.2', '1.3', '1.4'].map((id) => ({ id, text: `THE system SHALL keep rule ${id} <b>.` }))
  const requirement = '1.1 THE system SHALL keep rule 1.1 <b>. (and 1.2, 1.3, 1.4, in requirements.md)'
  const events = twoAttempts.map((event) =>
    event.type === 'task.selected' ? { ...event, requirement, criteria } : event,
  )

  it('stands on the page in full, a criterion a line, and in short in a terminal', () => {
    for (const { id } of criteria)
      expect(page(events)).toContain(`<div>${id} THE system SHALL keep rule ${id} &lt;b&gt;.</div>`)
    expect(page(events)).not.toContain('(and 1.2')
    expect(text(events)).toContain('  1.1 THE system SHALL keep rule 1.1 <b>. (and 1.2, 1.3, 1.4, in requirements.md)')
  })
})

describe('what the author of the tests has left open, in a report', () => {
  const remarks = 'The stub and the tests. Left open: capacities below 1; <i>and</i> all that is asynchronous.'
  const events: StampedEvent[] = twoAttempts.map((event) =>
    event.type === 'tests.frozen' ? { ...event, remarks } : event,
  )

  it("bounds what a verdict shows, in the author's words", () => {
    const gap =
      'the test author says: The stub and the tests. Left open: capacities below 1; <i>and</i> all that is asynchronous.'
    expect(storyOfRun(events).tasks[0]!.gaps).toEqual([gap])
    const added = { files: ['test/a.more.test.ts'], tests: 1, killed: 1 }
    const teeth = {
      ...{ type: 'teeth.finished', spec: 'job-queue', task: '2', attempt: 2, mode: 'report', killed: 7, allowed: 0 },
      ...{ unexplained: 0, errors: 0, timeouts: 0, notRun: 0, total: 7, refused: 0, possible: 7, survivors: [] },
      ...{ answered: true, strict: [], note: null, ms: 1, added },
    }
    const at = events.findLastIndex(({ type }) => type === 'verdict')
    const later = events.toSpliced(at, 0, { v: 1, t: events[at]!.t, ...teeth } as StampedEvent)
    expect(storyOfRun(later).tasks[0]!.gaps[0]).toBe(
      `${gap} (said before test/a.more.test.ts was added, which may hold some of it)`,
    )
    expect(text(events).replace(/\s+/g, ' ')).toContain(gap)
    expect(page(events)).toContain(`<li class="warn">${gap.replaceAll('<', '&lt;').replaceAll('>', '&gt;')}</li>`)
    expect(page(events)).toContain('the author says: The stub and the tests.')
  })

  it('is nothing where the author says nothing of the kind', () => {
    const chatty = twoAttempts.map((event) =>
      event.type === 'tests.frozen' ? { ...event, remarks: 'The stub and the tests.' } : event,
    )
    expect(storyOfRun(chatty).tasks[0]!.gaps).toEqual([])
  })
})

/** The same end, of a task that failed. */
function asFailed(event: StampedEvent): StampedEvent {
  return JSON.parse(JSON.stringify(event).replaceAll('"status":"verified"', '"status":"failed"')) as StampedEvent
}

const HOSTILE = [
  ...['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "' onmouseover='alert(1)", '</style><script>'],
  ...['</pre></details></li>', '<!--', ']]>', '<![CDATA[', '&#60;script&#62;', '\u2028</title>', 'javascript:alert(1)'],
  ...['\u0000<svg/onload=alert(1)>', '\u202e<a href="//x">', '<?xml?>', '\ud800<'],
]
const KEPT = ['type', 'role', 'exitCode']

/** The same events with hostile words in every text that a model, a test or a spec can have a say in. */
function poisoned(value: unknown, pick: () => string, key = ''): unknown {
  if (typeof value === 'string') return KEPT.includes(key) ? value : pick() + value + pick()
  if (Array.isArray(value)) return value.map((one) => poisoned(one, pick))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, poisoned(one, pick, name)]))
}

const ELEMENTS =
  /^(html|head|meta|title|style|body|section|h[1-3]|p|dl|dt|dd|ul|ol|li|table|thead|tbody|tr|th|td|div|span|i|a|code|pre|details|summary|ins|del)$/
const STYLE = /^(left:\d+\.\d\d%;)?width:\d+\.\d\d%$/

describe('hostile words', () => {
  it('are text: no element, attribute, address or style comes from them', () => {
    const words = fc.infiniteStream(fc.constantFrom(...HOSTILE))
    fc.assert(
      fc.property(anySequence, words, (events, stream) => {
        const pick = () => stream.next().value as string
        const bad = poisoned([...twoAttempts, ...events], pick) as StampedEvent[]
        const hostile = pick() + pick()
        const traces = poisoned(FULL.traces, pick) as Beside['traces']
        const html = page(bad, { diff: () => `+${hostile}\n-${hostile}`, reply: () => hostile, traces })
        for (const { name, attributes } of elementsOf(html)) {
          expect(name).toMatch(ELEMENTS)
          for (const [attribute, value] of Object.entries(attributes)) {
            if (name === 'meta' || name === 'html') continue
            expect(attribute).toMatch(/^(class|id|href|title|style|data-head)$/)
            if (attribute === 'href') expect(value).toMatch(/^#task-\d+$/)
            if (attribute === 'data-head') expect(value).toMatch(/^[a-z ]+$/)
            if (attribute === 'style') expect(value).toMatch(STYLE)
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  it('leave the terminal alone, in any order of events and on any width', () => {
    fc.assert(
      fc.property(anySequence, fc.integer({ min: 40, max: 120 }), (events, width) => {
        for (const line of text(events, width).split('\n')) {
          expect(line).not.toMatch(/\p{Cc}/u)
          expect(displayWidth(line)).toBeLessThanOrEqual(width)
        }
      }),
      { numRuns: 100 },
    )
  })
})

if (CHROMIUM === undefined) console.warn('not tried: the page in a browser, as this machine has no Chromium')

describe.skipIf(CHROMIUM === undefined)('in headless Chromium', () => {
  it('opens without a complaint, asks nobody for anything, and fits a phone, a desktop and paper', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'specproof-report-'))
    const browser = await openBrowser(CHROMIUM!)
    try {
      const url = `file://${dir}/report.html`
      writeFileSync(join(dir, 'report.html'), page(twoAttempts, FULL))
      for (const looking of [
        { width: 390, height: 800, mobile: true },
        { width: 1280, height: 900, scheme: 'dark' as const },
        { width: 800, height: 1000, media: 'print' as const },
      ]) {
        const looked = await browser.open(url, looking)
        expect(await looked.value('document.querySelector("h1").textContent')).toMatch(/^Run /)
        expect(await looked.value('document.documentElement.scrollWidth')).toBeLessThanOrEqual(looking.width)
        expect(looked.said).toEqual([])
        // The criterion is read, and what is at work is not green.
        const width =
          "[...document.querySelectorAll('.trace td:nth-child(2)')].map((cell) => cell.clientWidth).sort((a, b) => a - b)[0]"
        expect(await looked.value(width)).toBeGreaterThan(looking.width / 8)
        const colour = (name: string) =>
          `(() => { const one = document.querySelector('h1').appendChild(document.createElement('i')); one.className = '${name}'; const found = getComputedStyle(one).color; one.remove(); return found })()`
        expect(await looked.value(colour('none state'))).toBe(await looked.value(colour('')))
        expect(looked.asked).toEqual([])
      }
      // What a page should not do is seen here.
      writeFileSync(join(dir, 'report.html'), '<img src="https://example.invalid/x.png"><script>nothing()</script>')
      const bad = await browser.open(url, { width: 390, height: 800 })
      expect(bad.asked).toEqual(['https://example.invalid/x.png'])
      expect(bad.said.join()).toContain('nothing is not defined')
    } finally {
      await browser.close()
      rmSync(dir, { recursive: true, force: true, maxRetries: 3 })
    }
  })
})
