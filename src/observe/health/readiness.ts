import type { Part } from '../../core/part.ts'

/** How one part is. */
export interface PartHealth {
  /** `degraded`: it does not work, and the app answers without it. */
  readonly status: 'ok' | 'degraded' | 'failed'
  readonly durationMs: number
  /** Why not, outside of production. */
  readonly error?: string
}

/** Whether an app can take requests. */
export interface Readiness {
  readonly status: 'ok' | 'degraded' | 'failed' | 'starting' | 'stopping'
  readonly parts: Readonly<Record<string, PartHealth>>
}

interface ReadinessOptions {
  /** Whether to say why a part does not work: that can name hosts and users. */
  readonly explains: boolean
  /** How long a part may take. Default 1,000 ms. */
  readonly timeoutMs?: number
}

/** What a check may take, in milliseconds. */
const CHECK_MS = 1_000
/** How long a result holds: many probes are one question to the database. */
const KEPT_MS = 1_000

/** Asks the parts of an app whether they work: all at once, each within its time, and not for every probe anew. */
export class PartChecks {
  readonly #parts: ReadonlyMap<string, Part>
  readonly #explains: boolean
  readonly #timeoutMs: number
  #kept: { readonly until: number; readonly result: Readiness } | undefined
  #asking: Promise<Readiness> | undefined

  constructor(parts: readonly Part[], { explains, timeoutMs = CHECK_MS }: ReadinessOptions) {
    this.#parts = named(parts.filter((part) => part.check !== undefined))
    this.#explains = explains
    this.#timeoutMs = timeoutMs
  }

  async readiness(): Promise<Readiness> {
    if (this.#kept !== undefined && performance.now() < this.#kept.until) return this.#kept.result
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined))
    return this.#asking
  }

  async #ask(): Promise<Readiness> {
    const checked = await Promise.all(
      [...this.#parts].map(async ([name, part]) => [name, await this.#check(part)] as const),
    )
    const statuses = checked.map(([, { status }]) => status)
    const worst = (['failed', 'degraded'] as const).find((status) => statuses.includes(status)) ?? 'ok'
    const result: Readiness = { status: worst, parts: Object.fromEntries(checked) }
    this.#kept = { until: performance.now() + KEPT_MS, result }
    return result
  }

  async #check(part: Part): Promise<PartHealth> {
    const began = performance.now()
    const signal = AbortSignal.timeout(this.#timeoutMs)
    const took = (): number => Math.round(performance.now() - began)
    try {
      // A part that does not look at the signal is not waited for either.
      await Promise.race([part.check?.(signal), aborted(signal, this.#timeoutMs)])
      return { status: 'ok', durationMs: took() }
    } catch (error) {
      const status = part.isOptional === true ? 'degraded' : 'failed'
      return { status, durationMs: took(), ...(this.#explains && { error: messageOf(error) }) }
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

async function aborted(signal: AbortSignal, timeoutMs: number): Promise<never> {
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  throw new Error(`It did not answer within ${timeoutMs} ms.`)
}

/** Two parts can have one name, such as two databases. */
function named(parts: readonly Part[]): ReadonlyMap<string, Part> {
  const found = new Map<string, Part>()
  for (const part of parts) {
    let name = part.name
    for (let count = 2; found.has(name); count += 1) name = `${part.name}-${count}`
    found.set(name, part)
  }
  return found
}
