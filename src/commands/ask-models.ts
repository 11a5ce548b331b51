import type { Config } from '../core/config.ts'
import { EXIT, exitCodeOf, UserError } from '../core/errors.ts'
import { docsPage } from '../io/docs-page.ts'
import type { Repository } from '../io/git/repository.ts'
import { ModelNameError } from '../io/models/model-name.ts'
import { count, duration, money } from '../ui/format.ts'
import { type Finding, ok, problem } from './finding.ts'
import { allNames, type ModelNames, modelNames, openModels } from './models.ts'
import { type GlobalOptions, loadConfig } from './options.ts'

const LABEL = 'asked'

/** Asks each model for one word. Costs that, at every service that takes money. Whom it cannot ask is a finding. */
export async function askModels(
  options: GlobalOptions,
  repository: Repository | null,
  named: string | undefined,
): Promise<Finding[]> {
  const asked = await whomToAsk(options, repository, named)
  if ('finding' in asked) return [asked.finding]
  const { config, names } = asked
  const findings: Finding[] = []
  for (const name of allNames(names)) {
    const only = {
      roles: Object.fromEntries(Object.keys(names.roles).map((role) => [role, [name]])) as typeof names.roles,
      fallback: [],
    }
    findings.push(await askOne(options, only, { ...config, retries: { most: 0 } }, name))
  }
  return findings
}

async function whomToAsk(
  options: GlobalOptions,
  repository: Repository | null,
  named: string | undefined,
): Promise<{ config: Config; names: ModelNames } | { finding: Finding }> {
  try {
    const config = await loadConfig(options, repository?.root ?? options.cwd)
    return { config, names: modelNames(named === undefined ? {} : { model: named }, config) }
  } catch (error) {
    if (!(error instanceof UserError || error instanceof ModelNameError)) throw error
    return { finding: problem(LABEL, `nobody: ${error.message}`, `see ${docsPage('docs/models.md')}`, EXIT.usage) }
  }
}

/** As short as the service takes it. */
const SHORTEST: Record<string, number> = { openai: 16 }

async function askOne(
  options: GlobalOptions,
  names: Parameters<typeof openModels>[0],
  config: Config,
  name: string,
): Promise<Finding> {
  try {
    const model = (await openModels(names, config, options.cwd)).get(name)!
    const began = performance.now()
    const result = await model.ask(
      {
        ...{
          model: name,
          spec: 'doctor',
          task: '1',
          role: 'implementer',
          attempt: 1,
          round: 1,
          promptVersion: 'doctor',
        },
        ...{
          system: 'Answer with one word.',
          prompt: 'Say yes.',
          maxOutputTokens: SHORTEST[name.split('/')[0] ?? ''] ?? 1,
        },
      },
      { signal: AbortSignal.timeout(60_000), onDelta: () => {} },
    )
    await model.close?.()
    const time = duration(performance.now() - began)
    if (!result.ok)
      return problem(
        LABEL,
        result.message,
        `see ${docsPage('docs/troubleshooting.md#the-models-service')}`,
        EXIT.provider,
      )
    const { usage, usd } = result
    return ok(
      LABEL,
      `${name} answered in ${time}: ${count(usage.input)} tokens in, ${count(usage.output)} out, ${money(usd)}`,
    )
  } catch (error) {
    if (error instanceof ModelNameError)
      return problem(LABEL, error.message, `see ${docsPage('docs/models.md')}`, EXIT.usage)
    if (!(error instanceof UserError)) throw error
    return problem(LABEL, error.message, `see ${docsPage('docs/models.md')}`, exitCodeOf(error.status))
  }
}
