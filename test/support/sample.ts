/**
 * A seeded sample of a large suite, the whole of it with `npm run test:full`. Prints seed, sample and total, so that a
 * red run can be had again with SPECPROOF_SAMPLE_SEED.
 */
export function sample<T>(suite: string, all: readonly T[], size: number): T[] {
  if (process.env['SPECPROOF_FULL'] === '1') {
    console.log(`${suite}: all ${all.length}`)
    return [...all]
  }
  const seed = Number(process.env['SPECPROOF_SAMPLE_SEED'] ?? Math.floor(Date.now() / 1000) % 1_000_000)
  console.log(`${suite}: ${Math.min(size, all.length)} of ${all.length}, SPECPROOF_SAMPLE_SEED=${seed}`)
  const rest = [...all]
  let state = seed
  return Array.from({ length: Math.min(size, all.length) }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return rest.splice(state % rest.length, 1)[0]!
  })
}

/**
 * Whether a member of a suite that lies over several files is in the sample. Files agree on it where SPECPROOF_SAMPLE_SEED is set, as
 * `npm test` does.
 */
export function isDrawn<T>(suite: string, all: readonly T[], member: T, size: number): boolean {
  return sample(suite, all, size).includes(member)
}
