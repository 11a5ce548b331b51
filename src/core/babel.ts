import { createRequire } from 'node:module'
import type * as Babel from '@babel/parser'

const require = createRequire(import.meta.url)
const babel = (): typeof Babel => require('@babel/parser') as typeof Babel

// The parser is loaded with the first source that is parsed: prompts, and what judges a patch, are loaded together.

export const parse: typeof Babel.parse = (...args) => babel().parse(...args)

export const parseExpression: typeof Babel.parseExpression = (...args) => babel().parseExpression(...args)
