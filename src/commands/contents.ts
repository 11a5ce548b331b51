import { boxVariables } from '../core/box-variables.ts'
import type { Config } from '../core/config.ts'
import type { Event } from '../core/events.ts'
import { shownPaths } from '../io/box/shown.ts'
import {
  type DetectOptions,
  pathInto,
  rememberingDetector,
  type Toolchains,
  withoutBox,
} from '../io/box/toolchains/index.ts'

export interface Contents {
  toolchains: Toolchains
  /** Variables of the toolchains and, over them, those of agent.yaml; PATH apart. */
  env: Record<string, string>
}

interface ContentsOptions {
  root: string
  scratch: string
  config: Config
  env: NodeJS.ProcessEnv
  tell(event: Event): void
}

/**
 * What of this machine a box holds for the tree with these paths: toolchains, `show:` and `env:`. It is told when there is
 * more than Node, and again when it changes. Throws UserError for a path that may not be shown.
 */
export function boxContents({ root, scratch, config, env, tell }: ContentsOptions) {
  const detect = rememberingDetector({ root, scratch }, env)
  let told = ''
  return async (paths: string[], boxName: string, installed: DetectOptions['installed']): Promise<Contents> => {
    const shown = await shownPaths(config, root, env)
    const given = boxVariables(config.env ?? [], env)
    const detected = await detect(paths, installed)
    const bins = pathInto(shown, env['PATH'] ?? '')
    const event: Event = {
      type: 'toolchains.ready',
      found: detected.found,
      missing: detected.missing,
      variables: Object.keys(given.env),
      shown,
      warnings: given.warnings,
    }
    const more = detected.found.length > 1 || [detected.missing, config.env, config.show].some((list) => list?.length)
    if (more && told !== JSON.stringify(event)) tell(event)
    told = JSON.stringify(event)
    const toolchains = {
      ...detected,
      readOnly: [...detected.readOnly, ...shown],
      path: [detected.path, ...bins].join(':'),
    }
    return {
      toolchains: boxName === 'none' ? withoutBox(toolchains, root) : toolchains,
      env: { ...detected.env, ...given.env },
    }
  }
}
