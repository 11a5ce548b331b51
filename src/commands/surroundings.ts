import type { Config } from '../core/config.ts'
import { UserError } from '../core/errors.ts'
import { projectsProblem } from '../core/projects.ts'
import { createDeny } from '../core/prompt/deny.ts'
import type { Settings } from '../core/settings.ts'
import { loadSpecs } from '../task/load-specs.ts'
import type { Surroundings } from '../task/state.ts'
import type { Tree } from '../world.ts'
import { aroundIn, createPlace, wordsFor } from './place.ts'
import { type TokenCounters, tokenCounters } from './tokens.ts'

/** Tokens of a first question that lets nothing important out. */
const PROMPT_AIM = 3_000

/** What is fixed for a run. `counts`: left out, they are made for the models of the settings, and kept nowhere. */
export async function surroundings(
  id: string,
  settings: Settings,
  config: Config,
  tree: Tree | null = null,
  counts: Pick<TokenCounters, 'count' | 'countFor'> | null = null,
): Promise<Surroundings> {
  const { services, context } = config
  const counters = counts ?? tokenCounters(Object.keys(settings.models))
  const here = tree ? await aroundIn(tree, config, '') : await wordsFor('vitest', true, services)
  const { count, countFor } = await counters
  if (tree && config.projects) {
    const { specs } = await loadSpecs(tree, settings.specRoots)
    const wrong = projectsProblem(config, tree.paths, specs)
    if (wrong !== null) throw new UserError(wrong)
  }
  return {
    run: id,
    settings,
    ...here,
    count,
    countFor,
    promptAim: context?.aimTokens ?? PROMPT_AIM,
    steering: context?.steering ?? [],
    deny: createDeny(context?.deny ?? []),
    place: createPlace(config, settings),
  }
}
