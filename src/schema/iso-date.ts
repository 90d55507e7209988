const DAY = 86_400_000
const HOUR = 3_600_000
const MINUTE = 60_000
const SECOND = 1000
/** The years of four digits; beyond them ISO 8601 needs a sign. */
const YEAR_1 = -62_135_596_800_000
const YEAR_10000 = 253_402_300_800_000

const TWO_DIGITS: readonly string[] = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, '0'))

/**
 * The same text as `date.toISOString()`, several times quicker: that one call was most of the cost of serialising a list of rows.
 *
 * @throws RangeError where the date is invalid
 */
export function isoText(date: Date): string {
  const time = date.getTime()
  if (!(time >= YEAR_1 && time < YEAR_10000)) return date.toISOString()
  const days = Math.floor(time / DAY)
  const rest = time - days * DAY
  const hour = Math.floor(rest / HOUR)
  const minute = Math.floor((rest - hour * HOUR) / MINUTE)
  const milliseconds = rest - hour * HOUR - minute * MINUTE
  const second = Math.floor(milliseconds / SECOND)
  const fraction = milliseconds - second * SECOND
  return `${dayText(days)}T${two(hour)}:${two(minute)}:${two(second)}.${Math.floor(fraction / 100)}${two(fraction % 100)}Z`
}

/** The civil date of a number of days since 1970, by Howard Hinnant's algorithm: https://howardhinnant.github.io/date_algorithms.html */
function dayText(days: number): string {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  // Its years begin in March, so that the leap day is the last.
  const month = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * month + 2) / 5) + 1
  const year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
  return `${two(Math.floor(year / 100))}${two(year % 100)}-${two(month >= 10 ? month - 9 : month + 3)}-${two(day)}`
}

function two(number: number): string {
  return TWO_DIGITS[number] as string
}
