import { access } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { PlanError } from './plan.ts'

/** A plain text for the compiler: the package is optional, and its types may be missing. */
export const RUNTIME: string = '@anthropic-ai/sandbox-runtime'

/** A path, taken as it is where it is `literal`. */
type RulePath = string | { path: string; literal: true }

/** Rules for files as the runtime takes them; `disabled` leaves files to whoever runs the command. */
export interface FileRules {
  denyRead: RulePath[]
  allowRead: RulePath[]
  allowWrite: RulePath[]
  denyWrite: RulePath[]
  disabled?: boolean
}

/** What is used of the runtime, version 0.0.83. */
interface Runtime {
  SandboxManager: {
    wrapWithSandbox(
      command: string,
      shell: string,
      rules: {
        network?: { allowedDomains: string[]; deniedDomains: string[] }
        filesystem: FileRules
        allowNestedUserNamespaces: boolean
      },
    ): Promise<string>
    cleanupAfterCommand(): void
  }
}

async function load(): Promise<Runtime> {
  try {
    return (await import(RUNTIME)) as Runtime
  } catch (error) {
    // Its own dependencies may be missing as well: whatever it is, it cannot be used.
    throw new PlanError(`${RUNTIME} is not installed: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/**
 * The shell command line that runs `command` (text for `sh`) in the runtime's sandbox, with no network at all unless it
 * is to have the host's. The package is loaded with the first call. Throws a `PlanError` where it is not installed or
 * refuses the rules.
 *
 * The runtime is never initialised: that would start proxies on the host, lead into the sandbox to them and put their
 * variables there, all of it once per process. The rules travel with each call instead.
 */
export async function wrap(command: string, filesystem: FileRules, hostNetwork = false): Promise<string> {
  const { SandboxManager } = await load()
  const rules = {
    ...(hostNetwork ? {} : { network: { allowedDomains: [], deniedDomains: [] } }),
    filesystem,
    // Only within bounds of our own: without them it could take the rules for files away.
    allowNestedUserNamespaces: filesystem.disabled === true,
  }
  try {
    return await SandboxManager.wrapWithSandbox(command, 'sh', rules)
  } catch (error) {
    throw new PlanError(`${RUNTIME}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Takes away what the runtime has put on the host for a command; once for each `wrap`, after the command's end. */
export async function unwrap(): Promise<void> {
  const { SandboxManager } = await load()
  SandboxManager.cleanupAfterCommand()
}

/** The folder of the programs that the runtime starts inside; null where the package has none. */
export async function helperFolder(): Promise<string | null> {
  try {
    const main = createRequire(import.meta.url).resolve(RUNTIME)
    const folder = join(dirname(dirname(main)), 'vendor/seccomp')
    await access(folder)
    return folder
  } catch {
    return null
  }
}
