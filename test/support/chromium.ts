import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'

/** The browser of this machine; undefined: it has none. */
export const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
)

const QUIET = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--hide-scrollbars'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-extensions'],
]

/** How a page is looked at. Sizes in CSS pixels. */
export interface Looking {
  width: number
  height: number
  mobile?: boolean
  media?: 'screen' | 'print'
  scheme?: 'light' | 'dark'
}

export interface Looked {
  /** What the page said: on the console, as errors, as broken rules of its policy. */
  said: string[]
  /** Addresses that it asked for beside its own. */
  asked: string[]
  /** The value of an expression in it. */
  value(expression: string): Promise<unknown>
  /** As PNG: all of the page, or what fits the window. */
  picture(whole?: boolean): Promise<Buffer>
}

export interface Browser {
  open(url: string, looking: Looking): Promise<Looked>
  close(): Promise<void>
}

type Message = { id?: number; method?: string; sessionId?: string; params?: never; result?: never; error?: object }
type Params = Record<string, unknown>

/** Talks to a browser of its own over a pipe, in the protocol of its developer tools. */
export async function openBrowser(command: string): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'specproof-chromium-'))
  const child = spawn(command, [...QUIET, '--remote-debugging-pipe', `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  })
  const { call, listen } = wire(child)
  return {
    async open(url, looking) {
      const { targetId } = (await call('Target.createTarget', { url: 'about:blank' })) as { targetId: string }
      const { sessionId } = (await call('Target.attachToTarget', { targetId, flatten: true })) as { sessionId: string }
      const ask = (method: string, params: Params = {}) => call(method, params, sessionId)
      const said: string[] = []
      const asked: string[] = []
      const loaded = Promise.withResolvers<void>()
      listen(sessionId, (method, params) => {
        if (method === 'Page.loadEventFired') loaded.resolve()
        if (/^(Runtime\.(consoleAPICalled|exceptionThrown)|Log\.entryAdded|Audits\.issueAdded)$/.test(method))
          said.push(JSON.stringify(params))
        const address =
          method === 'Network.requestWillBeSent' ? (params as { request: { url: string } }).request.url : url
        if (address !== url) asked.push(address)
      })
      for (const domain of ['Page', 'Runtime', 'Log', 'Network', 'Audits']) await ask(`${domain}.enable`)
      const { width, height, mobile = false, media = 'screen', scheme = 'light' } = looking
      await ask('Emulation.setDeviceMetricsOverride', { width, height, mobile, deviceScaleFactor: 1 })
      const features = [{ name: 'prefers-color-scheme', value: scheme }]
      await ask('Emulation.setEmulatedMedia', { media, features })
      await ask('Page.navigate', { url })
      await loaded.promise
      return {
        said,
        asked,
        async value(expression) {
          const told = (await ask('Runtime.evaluate', { expression, returnByValue: true })) as { result: Params }
          return told.result['value']
        },
        async picture(whole = false) {
          const shot = (await ask('Page.captureScreenshot', { captureBeyondViewport: whole })) as { data: string }
          return Buffer.from(shot.data, 'base64')
        },
      }
    },
    async close() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      await call('Browser.close', {}).catch(() => {})
      await ended
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function wire(child: ChildProcess) {
  const [, , , to, from] = child.stdio as unknown as [null, null, null, Writable, Readable]
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>()
  const listeners = new Map<string, (method: string, params: unknown) => void>()
  let next = 0
  let unread = ''
  from.setEncoding('utf8').on('data', (text: string) => {
    const messages = (unread + text).split('\0')
    unread = messages.pop()!
    for (const one of messages) {
      const { id, method = '', sessionId = '', params, result, error } = JSON.parse(one) as Message
      const asked = id === undefined ? undefined : waiting.get(id)
      if (asked && error) asked.reject(new Error(JSON.stringify(error)))
      else if (asked) asked.resolve(result)
      else listeners.get(sessionId)?.(method, params)
    }
  })
  child.once('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error('the browser has ended'))
  })
  to.on('error', () => {})
  return {
    listen: (session: string, listener: (method: string, params: unknown) => void) =>
      void listeners.set(session, listener),
    call(method: string, params: Params, sessionId?: string): Promise<unknown> {
      const id = ++next
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        to.write(`${JSON.stringify({ id, method, params, ...(sessionId ? { sessionId } : {}) })}\0`)
      })
    },
  }
}
