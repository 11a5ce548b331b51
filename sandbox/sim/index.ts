export { faults } from './faults.ts'
export { calmAfter } from './schedule.ts'
export { Simulation } from './simulation.ts'
export type { Arrival, Clock, Delivery, Fault, FaultKind, Net, SimulationOptions } from './types.ts'
