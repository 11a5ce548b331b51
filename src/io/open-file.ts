import { spawn } from 'node:child_process'

/** The program that shows a page here; null: there is no screen to show it on. */
function opener(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): [command: string, ...args: string[]] | null {
  const { BROWSER } = env
  if (BROWSER && !/[:%]/.test(BROWSER)) return [BROWSER]
  if (platform === 'darwin') return ['open']
  if (platform === 'win32') return ['cmd', '/c', 'start', '']
  return env['DISPLAY'] || env['WAYLAND_DISPLAY'] ? ['xdg-open'] : null
}

/** Shows a file in the program that the user has for it, and does not wait for it. False: there is none. */
export function openFile(path: string, env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  const found = opener(process.platform, env)
  if (found === null) return Promise.resolve(false)
  const [command, ...args] = found
  return new Promise((resolve) => {
    const child = spawn(command, [...args, path], { detached: true, stdio: 'ignore', env })
    child.once('error', () => resolve(false))
    child.once('spawn', () => {
      child.unref()
      resolve(true)
    })
  })
}
