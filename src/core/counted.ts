/** `1 test`, `2 tests`. What screens show goes by `plural`, with a comma at each thousand. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`
}
