/** What a meter is called, and what tells its series apart. */
export interface MeterOptions<Label extends string = never> {
  /** In Prometheus' form, with its unit: `orders_placed_total`, `upload_size_bytes`. Asked for twice, it is the same meter. */
  readonly name: string
  /** One sentence for whoever reads the metrics. */
  readonly help: string
  /** Names of labels. Each combination of values is a series of its own, so values are few and known: never an id, an address or a path. */
  readonly labels?: readonly Label[]
  /** Series at most: whoever puts an id into a label must not fill the memory, here and in Prometheus. What comes after counts as `other`. Default 1,000. */
  readonly mostSeries?: number
}

/** Counts what happens. */
export interface Counter {
  /** @param by - Default 1; never negative. */
  add(by?: number): void
}

/** A value that goes up and down. */
export interface Gauge {
  set(value: number): void
}

/** How values are spread: durations, sizes. */
export interface Histogram {
  observe(value: number): void
}

/** A meter with labels: one series for each combination of values. */
export interface Labelled<Meter, Label extends string> {
  /** One series; worth keeping where it is used often. */
  with(values: Readonly<Record<Label, string>>): Meter
}

/** A meter, which has labels where its options name some. */
export type MeterOf<Meter, Label extends string> = [Label] extends [never] ? Meter : Labelled<Meter, Label>

/** What something is at the moment of being asked. */
export interface Reading {
  readonly value: number
  readonly labels?: Readonly<Record<string, string>>
}

/** Where an app counts and measures. Without `metrics` it does nothing, and costs as much. */
export interface Meters {
  /** Whether anybody will ever read it. */
  readonly isOn: boolean
  counter<const Label extends string = never>(options: MeterOptions<Label>): MeterOf<Counter, Label>
  gauge<const Label extends string = never>(options: MeterOptions<Label>): MeterOf<Gauge, Label>
  /** Bounds of buckets in the unit of the name. Default: those of durations in seconds, from 5 ms to 10 s. */
  histogram<const Label extends string = never>(
    options: MeterOptions<Label> & { readonly buckets?: readonly number[] },
  ): MeterOf<Histogram, Label>
  /**
   * Values that are read when somebody asks for the metrics. Several may read for one name.
   *
   * @returns What ends it.
   */
  watch(
    options: MeterOptions<string> & { readonly of: 'gauge' | 'counter' },
    read: () => readonly Reading[],
  ): () => void
}

const nothing = (): void => undefined

/** Takes everything and keeps nothing; with labels or without them. */
const SILENT = { add: nothing, set: nothing, observe: nothing, with: (): unknown => SILENT } as const

/** What counts where nobody reads. */
export const NO_METERS: Meters = {
  isOn: false,
  // One thing is all meters, of any labels.
  counter: () => SILENT as never,
  gauge: () => SILENT as never,
  histogram: () => SILENT as never,
  watch: () => nothing,
}
