/**
 * What a client receives for a runtime value of type `T`: `Date`, `bigint` and bytes travel as strings, everything else as JSON does.
 *
 * @example
 * type Post = Wire<{ id: bigint; createdAt: Date; tags: string[] }>   // { id: string; createdAt: string; tags: string[] }
 */
export type Wire<T> = T extends Primitive
  ? T
  : unknown extends T
    ? T
    : T extends Date | bigint | Uint8Array
      ? string
      : T extends readonly unknown[]
        ? WireList<T>
        : T extends object
          ? { [K in keyof T]: Wire<T[K]> }
          : T

/** What a client sends where the schema's input is `T`: the wire form of dates, bigint and bytes. */
export type WireInput<T> = Wire<T>

type Primitive = string | number | boolean | null | undefined
type WireList<T extends readonly unknown[]> = { [K in keyof T]: Wire<T[K]> }
