import type { Config } from './config.ts'

/** Where the settings of a file stand in it; those of a journal stand nowhere. */
const places = new WeakMap<Config, (path: string[]) => string>()

export function settingsStandAt(config: Config, place: (path: string[]) => string): void {
  places.set(config, place)
}

/** `agent.yaml:12`, for what is found wrong only when a setting is used; without the line where it was not read from a file. */
export function placeOf(config: Config, ...path: (string | number)[]): string {
  return places.get(config)?.(path.map(String)) ?? 'agent.yaml'
}
