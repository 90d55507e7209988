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

/** Carried by a schema whose field has another name on the wire. Never there at run time. */
export interface Aliased<Name extends string> {
  readonly '~wireName'?: Name
}

/**
 * The value of an object schema with the names its fields have on the wire; of a list of objects, those of each. Fields of objects further
 * down keep the names of the code.
 */
export type WireNames<S, Value> = S extends { readonly shape: infer Shape }
  ? { [K in keyof Value as NameOnWire<Shape, K>]: Value[K] }
  : S extends { readonly element: { readonly shape: infer Shape } }
    ? Value extends readonly (infer Item)[]
      ? { [K in keyof Item as NameOnWire<Shape, K>]: Item[K] }[]
      : Value
    : Value

type NameOnWire<Shape, K extends PropertyKey> = K extends keyof Shape
  ? '~wireName' extends keyof Shape[K]
    ? NonNullable<Shape[K]['~wireName']> & string
    : K
  : K
