import type { Histogram } from '../../core/observation/meters.ts'

type Labels = Readonly<Record<string, string>>

/** A value as prom-client writes it: of a bucket, the sum, or the count. */
interface Line {
  readonly metricName: string
  readonly labels: Record<string, string | number>
  readonly value: number
}

/**
 * One series of a histogram. It counts by itself, without looking its labels up again for every value; what collects the metrics makes lines of it.
 */
export class Series implements Histogram {
  readonly #labels: Labels
  readonly #bounds: readonly number[]
  /** For each bound, how many were above the one before and not above it; those above all come last. */
  readonly #counts: Float64Array
  #sum = 0

  constructor(labels: Labels, bounds: readonly number[]) {
    this.#labels = labels
    this.#bounds = bounds
    this.#counts = new Float64Array(bounds.length + 1)
  }

  /** @throws TypeError for what is no number. */
  observe(value: number): void {
    if (!Number.isFinite(value)) throw new TypeError(`A histogram takes a number, not ${String(value)}.`)
    const bounds = this.#bounds
    let place = 0
    // Most values are in the first few.
    while (place < bounds.length && value > bounds[place]!) place += 1
    this.#counts[place]! += 1
    this.#sum += value
  }

  /** In the order in which they are written: each bucket has those of the ones before. */
  lines(name: string): Line[] {
    let count = 0
    const buckets = [...this.#bounds, '+Inf'].map((le, place): Line => {
      count += this.#counts[place]!
      return { metricName: `${name}_bucket`, labels: { le, ...this.#labels }, value: count }
    })
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels: { ...this.#labels }, value: this.#sum },
      { metricName: `${name}_count`, labels: { ...this.#labels }, value: count },
    ]
  }
}
