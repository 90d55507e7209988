import type { Labelled, MeterOptions } from '../../core/observation/meters.ts'

type Values = Readonly<Record<string, string>>

/** Series of one meter at most, unless it says otherwise. */
export const MOST_SERIES = 1_000
const OTHER = 'other'

/** One meter where there are no labels; else what gives one for each combination of values, each made once. */
export function labelled<Meter>(
  { labels = [], mostSeries = MOST_SERIES }: Pick<MeterOptions<string>, 'labels' | 'mostSeries'>,
  make: (values: Values) => Meter,
): Meter | Labelled<Meter, string> {
  if (labels.length === 0) return make({})
  const series = new Map<string, Meter>()
  let rest: Meter | undefined
  return {
    with: (values) => {
      const key = labels.map((label) => values[label]).join('\u0000')
      const known = series.get(key)
      if (known !== undefined) return known
      if (series.size >= mostSeries) return (rest ??= make(Object.fromEntries(labels.map((label) => [label, OTHER]))))
      const made = make(values)
      series.set(key, made)
      return made
    },
  }
}
