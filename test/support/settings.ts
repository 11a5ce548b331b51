import { NO_LIMITS } from '../../src/core/budget.ts'
import { DEFAULT_LEVEL, ROLES, type RoleSettings, type Settings, suiteLevels } from '../../src/core/settings.ts'
import type { Role } from '../../src/world.ts'

/** Settings of a run without limits, for what needs some. */
export function settingsForTest(): Settings {
  return {
    roles: Object.fromEntries(
      ROLES.map((role) => [role, { models: ['none/none'], promptLimit: 60_000, outputLimit: 1_000 }]),
    ) as Record<Role, RoleSettings>,
    fallback: [],
    models: {},
    specRoots: [],
    attempts: 3,
    limits: NO_LIMITS,
    taskLimits: NO_LIMITS,
    level: DEFAULT_LEVEL,
    levels: suiteLevels(DEFAULT_LEVEL),
    checks: [],
    teeth: 'off',
    checksKey: '',
    requireVerified: false,
    freshTests: false,
    reviewTests: false,
    land: true,
  }
}
