import type { Use } from './plan.ts'

type AppUse = Extract<Use, { readonly from: 'app' }>

/**
 * The values of several lists of uses, by their place: where every use lives as long as the app they are put together once, and again where the app was
 * started anew. `undefined` where one of them is of the request.
 */
export function appUsesOf(lists: readonly (readonly Use[])[]): ((index: number) => object) | undefined {
  if (!lists.every(areOfApp)) return undefined
  const shared = lists.map((uses) => new AppUses(uses))
  return (index) => shared[index]?.values ?? {}
}

function areOfApp(uses: readonly Use[]): uses is readonly AppUse[] {
  return uses.every(({ from }) => from === 'app')
}

class AppUses {
  readonly #uses: readonly AppUse[]
  #values: Readonly<Record<string, unknown>> | undefined

  constructor(uses: readonly AppUse[]) {
    this.#uses = uses
  }

  /** Shared by all who ask, and therefore frozen. */
  get values(): Readonly<Record<string, unknown>> {
    const values = this.#values
    if (values === undefined) return this.#assemble()
    for (const { key, node } of this.#uses) if (values[key] !== node.value) return this.#assemble()
    return values
  }

  #assemble(): Readonly<Record<string, unknown>> {
    this.#values = Object.freeze(Object.fromEntries(this.#uses.map(({ key, node }) => [key, node.value])))
    return this.#values
  }
}
