/** What test files get as `vitest`: its own assertions, our declarations. */
export * from 'vitest'
export { beforeEach, describe, it, test } from './declare.ts'
