/** Whether a toolchain has to be there: what is skipped elsewhere for want of it fails where SPECPROOF_REQUIRE names it. */
export function isRequired(toolchain: 'go' | 'python'): boolean {
  return (process.env['SPECPROOF_REQUIRE'] ?? '').split(',').includes(toolchain)
}
