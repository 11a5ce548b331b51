import fc from 'fast-check'

// `npm run test:full` runs every law on ten times as many cases as `npm test`.
if (process.env['SPECPROOF_FULL'] === '1') fc.configureGlobal({ numRuns: 1_000 })
