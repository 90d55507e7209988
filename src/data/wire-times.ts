/**
 * A PostgreSQL time as ISO 8601: `2026-01-02 03:04:05.6+00` becomes `2026-01-02T03:04:05.600Z`. At least milliseconds, as in JavaScript;
 * microseconds stay where there are any. What has no ISO form (`infinity`, years before Christ) stays as it is.
 *
 * @example
 * isoTime('2026-01-02 03:04:05.6+00')   // => '2026-01-02T03:04:05.600Z'
 * @see ISO 8601-1; PostgreSQL's `DateStyle` ISO, which is what it reads.
 */
export function isoTime(text: string): string {
  const parts = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?([+-]\d\d(?::?\d\d)?)?$/.exec(text)
  if (parts === null) return text
  const [, date, time, fraction = '', zone = ''] = parts
  return `${date}T${time}.${fraction.padEnd(3, '0')}${isoZone(zone)}`
}

function isoZone(zone: string): string {
  if (zone === '' || zone === '+00') return zone && 'Z'
  return zone.length === 3 ? `${zone}:00` : zone
}
