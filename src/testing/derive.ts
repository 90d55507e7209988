import type { App } from '../app/app.ts'
import type { AppDefinition } from '../app/definition.ts'
import { KNOWN_CALLER, type KnownCaller } from '../app/known-caller.ts'
import type { Mount } from '../app/mount.ts'
import type { Part } from '../core/part.ts'
import type { Router } from '../core/router.ts'
import { DEVELOPMENT_HOSTS } from '../http/edge/host.ts'

export type Changes = Partial<Omit<AppDefinition, 'api'>>

export interface Derivation {
  readonly knownCaller: KnownCaller
  /** The part to use in the place of one of the definition. */
  readonly insteadOf: (part: Part) => Part
}

/** The app as it is for a test, with the apps mounted in it. */
export function deriveApp<Api extends Router>(app: App<Api>, changes: Changes, derivation: Derivation): App<Api> {
  const { allowedHosts = [], database, parts, mounts } = { ...app.definition, ...changes }
  return app.with({
    ...changes,
    environment: 'test',
    // Requests of a test name this machine, whatever the app is called when it is served.
    allowedHosts: [...allowedHosts, ...DEVELOPMENT_HOSTS],
    [KNOWN_CALLER]: derivation.knownCaller,
    ...(database === undefined ? {} : { database: derivation.insteadOf(database) }),
    ...(parts === undefined ? {} : { parts: parts.map(derivation.insteadOf) }),
    ...(mounts === undefined ? {} : { mounts: mounts.map((mount) => deriveMount(mount, derivation)) }),
  })
}

function deriveMount(mount: Mount, derivation: Derivation): Mount {
  const { target } = mount
  return target.type === 'app' ? { ...mount, target: { ...target, app: deriveApp(target.app, {}, derivation) } } : mount
}

/** A part that another app has started and will stop. */
export function borrowed(part: Part): Part {
  const { name } = part
  return { name, translateError: (error) => part.translateError?.(error) }
}
