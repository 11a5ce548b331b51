export { converged, crdtLaws } from './convergence.ts'
export { atLeastOnce, atMostOnce, exactlyOnce, noLostAcknowledgement } from './effects.ts'
export { boundedLatency, type Dated, type LatencyOptions } from './latency.ts'
export { type Claim, type Lease, noLeaseOverlap, oneLeaderPerTerm } from './leadership.ts'
export {
  checkLinearizability,
  type Linearizability,
  type LinearizabilityOptions,
  linearizable,
  type Model,
} from './linearizability.ts'
export {
  type KeyValueInput,
  keyValue,
  type LockInput,
  lock,
  type QueueInput,
  queue,
  type RegisterInput,
  register,
} from './models.ts'
export { type Operation, Operations } from './operations.ts'
export { agreement, type Logs, samePrefix, totalOrder } from './order.ts'
export { type Access, monotonicReads, readYourWrites } from './sessions.ts'
