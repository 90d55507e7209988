import type { Metric, Registry } from 'prom-client'
import type {
  Counter,
  Gauge,
  Histogram,
  MeterOf,
  MeterOptions,
  Meters,
  Reading,
} from '../../core/observation/meters.ts'
import { Series } from './duration-series.ts'
import { labelled } from './labelled.ts'
import type { PromClient } from './prom-client.ts'

/** Those of prom-client. */
const DEFAULT_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

type Read = () => readonly Reading[]

interface Kept {
  readonly kind: string
  readonly labels: string
  readonly meter: unknown
}

/** Meters in a registry of prom-client. */
export class PromMeters implements Meters {
  readonly isOn = true
  readonly #prom: PromClient
  readonly #registry: Registry
  readonly #kept = new Map<string, Kept>()
  readonly #readers = new Map<string, Set<Read>>()

  constructor(prom: PromClient, registry: Registry) {
    this.#prom = prom
    this.#registry = registry
  }

  counter<const Label extends string = never>(options: MeterOptions<Label>): MeterOf<Counter, Label> {
    return this.#keep('counter', options, () => {
      const made = new this.#prom.Counter(this.#settings(options))
      return labelled<Counter>(options, (values) => {
        const series = made.labels(values)
        return { add: (by = 1) => series.inc(by) }
      })
    })
  }

  gauge<const Label extends string = never>(options: MeterOptions<Label>): MeterOf<Gauge, Label> {
    return this.#keep('gauge', options, () => {
      const made = new this.#prom.Gauge(this.#settings(options))
      return labelled<Gauge>(options, (values) => {
        const series = made.labels(values)
        return { set: (value) => series.set(value) }
      })
    })
  }

  histogram<const Label extends string = never>(
    options: MeterOptions<Label> & { readonly buckets?: readonly number[] },
  ): MeterOf<Histogram, Label> {
    const { buckets } = options
    return this.#keep('histogram', options, () => {
      const bounds = (buckets ?? DEFAULT_BUCKETS).toSorted((a, b) => a - b)
      // Checks the names. What it would do for each value takes longer than all else that is measured of a request, so it is only asked how it looks.
      const checked = new this.#prom.Histogram({ ...this.#settings(options), buckets: bounds, registers: [] })
      const all: Series[] = []
      const get = async (): Promise<object> => ({
        ...(await checked.get()),
        values: all.flatMap((series) => series.lines(options.name)),
      })
      // All that the registry asks of a metric.
      this.#registry.registerMetric({ name: options.name, get } as unknown as Metric)
      return labelled<Histogram>(options, (values) => {
        const series = new Series(values, bounds)
        all.push(series)
        return series
      })
    })
  }

  watch(
    options: MeterOptions<string> & { readonly of: 'gauge' | 'counter' },
    read: () => readonly Reading[],
  ): () => void {
    const readers = this.#readers.get(options.name) ?? new Set<Read>()
    this.#readers.set(options.name, readers)
    this.#keep(`watched ${options.of}`, options, () => this.#watched(options, readers))
    readers.add(read)
    return () => void readers.delete(read)
  }

  #watched(options: MeterOptions<string> & { readonly of: 'gauge' | 'counter' }, readers: ReadonlySet<Read>): object {
    const settings = this.#settings(options)
    const readings = (): readonly Reading[] => [...readers].flatMap((read) => read())
    if (options.of === 'gauge') {
      const gauge = new this.#prom.Gauge({
        ...settings,
        collect: () => {
          gauge.reset()
          for (const { value, labels = {} } of readings()) gauge.set(labels, value)
        },
      })
      return gauge
    }
    const counter = new this.#prom.Counter({
      ...settings,
      collect: () => {
        counter.reset()
        for (const { value, labels = {} } of readings()) counter.inc(labels, value)
      },
    })
    return counter
  }

  #settings({ name, help, labels = [] }: MeterOptions<string>): {
    readonly name: string
    readonly help: string
    readonly labelNames: string[]
    readonly registers: Registry[]
  } {
    return { name, help, labelNames: [...labels], registers: [this.#registry] }
  }

  /** The same meter for the same name: parts are started again, and several share one. */
  #keep(kind: string, { name, labels = [] }: MeterOptions<string>, make: () => unknown): never {
    const known = this.#kept.get(name)
    const wanted = labels.join(', ')
    if (known === undefined) {
      const meter = make()
      this.#kept.set(name, { kind, labels: wanted, meter })
      // What `make` of the same method gives; of which kind, its options say.
      return meter as never
    }
    if (known.kind === kind && known.labels === wanted) return known.meter as never
    throw new TypeError(
      `The metric "${name}" is a ${known.kind} with the labels (${known.labels}) already; it cannot be a ${kind} with (${wanted}) too. Give one of them another name.`,
    )
  }
}
