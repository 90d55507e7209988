import type { Kernel } from '../http/kernel.ts'
import type { AppLogging } from '../observe/app-logging.ts'
import type { Metrics } from '../observe/metrics/metrics.ts'
import type { App } from './app.ts'
import type { Availability } from './availability.ts'
import type { Lifecycle } from './lifecycle.ts'

/** Where an app keeps what another needs to mount it. */
export const INTERNALS = Symbol('ashlar.internals')

export interface Internals {
  readonly kernel: Kernel
  readonly lifecycle: Lifecycle
  readonly availability: Availability
  readonly logging: AppLogging
  readonly metrics: Metrics | undefined
}

function internalsOf(app: App): Internals {
  const internals = (app as App & { readonly [INTERNALS]?: Internals })[INTERNALS]
  if (internals === undefined) throw new TypeError('Only an app made by createApp can be mounted as an app.')
  return internals
}

export function kernelOf(app: App): Kernel {
  return internalsOf(app).kernel
}

export function lifecycleOf(app: App): Lifecycle {
  return internalsOf(app).lifecycle
}

/** The app's log, and who is told of its errors; `undefined` for one made by another copy of the package. */
export function findLogging(app: App): AppLogging | undefined {
  return (app as App & { readonly [INTERNALS]?: Internals })[INTERNALS]?.logging
}

/** To say that an app is about to stop, before it does. */
export function availabilityOf(app: App): Availability {
  return internalsOf(app).availability
}

/** The app's metrics; `undefined` where it has none. */
export function findMetrics(app: App): Metrics | undefined {
  return (app as App & { readonly [INTERNALS]?: Internals })[INTERNALS]?.metrics
}
