import { dependency, type Dependency, type DependencyTypes } from './dependency.ts'

/**
 * The same dependency, resolved anew for this one use instead of once per request.
 *
 * @example
 * const id = dependency(() => crypto.randomUUID())
 * const pair = dependency({ uses: { first: id, second: fresh(id) } }, ({ first, second }) => [first, second])
 */
export function fresh<Value, Types extends DependencyTypes>(of: Dependency<Value, Types>): Dependency<Value, Types> {
  return { ...of, freshOf: of }
}

/**
 * A dependency without an implementation, for what only the finished app can decide. The app names one with {@link provide};
 * a slot nobody provided is an error at start.
 *
 * @example
 * const mailer = slot<Mailer>('mailer')
 * const smtp = dependency({ scope: 'app' }, () => smtpMailer({ host: 'localhost', from: 'blog@example.com' }))
 * createApp({ title: 'Blog', version: '1.0.0', api, provide: [provide(mailer, smtp)] })
 * @param name - For messages, such as the one of the {@link DefinitionError} where nobody provides it.
 */
export function slot<Value>(
  name: string,
): Dependency<Value, { inputs: {}; uses: {}; errors: never; life: 'app'; request: false }> {
  const missing = (): never => {
    throw new Error(`The slot "${name}" was resolved although nothing provides it.`)
  }
  return { ...dependency({ name, scope: 'app' }, missing), slot: true }
}

/** A dependency and the one that stands in for it. */
export interface Override {
  readonly target: Dependency
  readonly replacement: Dependency
}

/**
 * Puts `replacement` in the place of `target` wherever it is used: a fake in a test, an implementation for a {@link slot}.
 *
 * @example
 * const smtp = dependency({ scope: 'app' }, () => smtpMailer({ host: 'localhost', from: 'blog@example.com' }))
 * createApp({ title: 'Blog', version: '1.0.0', api, provide: [provide(mailer, smtp)] })
 */
export function provide<Value>(target: Dependency<Value>, replacement: Dependency<NoInfer<Value>>): Override {
  return { target, replacement }
}
