import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

// The reference implementations alone: `npx vitest run --root sandbox/reference`.
export default defineConfig({
  test: { include: ['*/{test,examples}/**/*.test.ts'], testTimeout: 120_000 },
  resolve: { alias: { 'specproof/sim': join(import.meta.dirname, '..', 'sim', 'index.ts') } },
})
