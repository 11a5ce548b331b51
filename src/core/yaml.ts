import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** The YAML library, loaded when something needs it: it takes as long as Node's own start, and most specs hold nothing for it. */
export function yaml(): typeof import('yaml') {
  return require('yaml') as typeof import('yaml')
}
