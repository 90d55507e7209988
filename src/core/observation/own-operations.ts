/** Operations that the app has for those that run it. Their requests are no requests of users: the log and the traces are silent about those that succeed. */
export const LIVENESS = 'healthLive'
export const READINESS = 'healthReady'
export const METRICS = 'metricsPage'

/** What the log and metrics call the files of a front end, all of them together. */
export const FRONTEND = 'frontend'

/** @param operation - The name of an operation, where the request has one. */
export function isOwnOperation(operation: string | undefined): boolean {
  return operation === LIVENESS || operation === READINESS || operation === METRICS
}
