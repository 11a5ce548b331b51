import { join } from 'node:path'
import { type Driver, importFile, type Order, projectRequire } from '../driver.mts'
import type { HarnessReport } from '../protocol.mts'
import { buildReport } from '../report.mts'
import { viteOverrides, vitestOptions } from './options.mts'
import { HarnessReporter } from './reporter.mts'
import { toRunnerFile } from './results.mts'
import type { TeethSettings } from './teeth-process.mts'
import { runTeeth } from './teeth-run.mts'

interface VitestNode {
  startVitest(mode: 'test', filters: string[], options: object, viteOverrides: object): Promise<VitestInstance>
  version: string
}

interface VitestInstance {
  state: { getUnhandledErrors(): unknown[] }
  close(): Promise<void>
}

export const driver: Driver = {
  run: (order) => once(order, new HarnessReporter(order.tell), null),
  teeth: (order, teeth) => runTeeth(order, teeth, (reporter, settings) => once(order, reporter, settings)),
}

async function once(order: Order, reporter: HarnessReporter, teeth: TeethSettings | null): Promise<HarnessReport> {
  const { request, settings, scratch } = order
  const vitest = await importFile<VitestNode>(projectRequire().resolve('vitest/node'))
  const files = (request.files ?? []).map((file) => join(process.cwd(), file))
  const options = vitestOptions(request, { ...settings, teeth }, reporter, Number.parseInt(vitest.version, 10))
  // Filters match parts of paths; results of other files that match by accident are dropped from the report.
  const instance = await vitest.startVitest('test', files, options, viteOverrides(request, scratch, teeth ? files : []))
  const unhandled = new Set([...reporter.unhandled, ...instance.state.getUnhandledErrors()])
  // Another one may follow.
  if (teeth) await instance.close()
  return buildReport(reporter.modules.map(toRunnerFile), [...unhandled], request.files, settings.key)
}
