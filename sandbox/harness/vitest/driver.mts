import { join } from 'node:path'
import { type Driver, importFile, projectRequire } from '../driver.mts'
import type { HarnessRequest } from '../protocol.mts'
import { buildReport } from '../report.mts'
import { viteOverrides, vitestOptions } from './options.mts'
import { HarnessReporter } from './reporter.mts'
import { toRunnerFile } from './results.mts'

interface VitestNode {
  startVitest(mode: 'test', filters: string[], options: object, viteOverrides: object): Promise<VitestInstance>
  version: string
}

interface VitestInstance {
  state: { getUnhandledErrors(): unknown[] }
}

export const driver: Driver = {
  async run({ request, settings, scratch, tell }) {
    const reporter = new HarnessReporter(tell)
    const vitest = await importFile<VitestNode>(projectRequire().resolve('vitest/node'))
    const options = vitestOptions(request, settings, reporter, Number.parseInt(vitest.version, 10))
    const instance = await vitest.startVitest('test', filters(request), options, viteOverrides(scratch))
    const unhandled = new Set([...reporter.unhandled, ...instance.state.getUnhandledErrors()])
    return buildReport(reporter.modules.map(toRunnerFile), [...unhandled], request.files, settings.key)
  },
}

/** Filters match parts of paths; results of other files that match by accident are dropped from the report. */
function filters(request: HarnessRequest): string[] {
  return (request.files ?? []).map((file) => join(process.cwd(), file))
}
