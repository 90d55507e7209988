/** A name as a part of a URL: `Tea pot, "small"` is `tea-pot-small`. */
export function slugOf(name: string): string {
  const words = name
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .toLowerCase()
    .match(/[\p{Letter}\p{Number}]+/gu)
  return (words ?? ['unnamed']).join('-')
}
