import { dependency, type Dependency } from '../core/dependency.ts'
import { NO_METERS, type Meters } from '../core/observation/meters.ts'
import { servicesIn } from '../core/services.ts'

/**
 * The meters of the app, for metrics of your own. Without `metrics` they count nothing, so that code that counts needs no condition.
 *
 * @example
 * const orders = dependency({ scope: 'app', uses: { meters } }, ({ meters }) =>
 *   meters.counter({ name: 'orders_placed_total', help: 'Orders placed.', labels: ['channel'] }))
 * route.post('/orders', { access: anyone, uses: { orders } }, ({ orders }) => {
 *   orders.with({ channel: 'web' }).add()
 * })
 */
export const meters: Dependency<Meters, { inputs: {}; uses: {}; errors: never; life: 'app'; request: false }> =
  dependency({ name: 'meters', scope: 'app' }, (context) => servicesIn(context)?.meters ?? NO_METERS)
