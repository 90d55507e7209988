import type { WireField, WireObject } from './columns.ts'

/** At most so many bytes of a row are keys, punctuation and quotes. */
export function literalSize({ fields }: WireObject): number {
  return fields.reduce((sum, field) => sum + sizeOf(field), 2)
}

function sizeOf(field: WireField): number {
  const key = Buffer.byteLength(JSON.stringify(field.key)) + 2
  // Two quotes, or a null where there is no value.
  return key + ('object' in field ? literalSize(field.object) + 4 : 4)
}
