export { costOf, type Price } from '../../core/budget.ts'
export { priceOf } from '../../core/prices.ts'
