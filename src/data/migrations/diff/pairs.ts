/** The objects of two lists, told apart by a key. */
export interface Pairs<T> {
  readonly gone: readonly T[]
  readonly come: readonly T[]
  readonly both: readonly { readonly from: T; readonly to: T }[]
}

export function pair<T>(from: readonly T[], to: readonly T[], key: (item: T) => string): Pairs<T> {
  const before = new Map(from.map((item) => [key(item), item]))
  const after = new Map(to.map((item) => [key(item), item]))
  return {
    gone: from.filter((item) => !after.has(key(item))),
    come: to.filter((item) => !before.has(key(item))),
    both: from.flatMap((item) => {
      const other = after.get(key(item))
      return other === undefined ? [] : [{ from: item, to: other }]
    }),
  }
}

export const byId = ({ id }: { readonly id: string }): string => id
export const byName = ({ name }: { readonly name: string }): string => name
