import type { PathNames } from '../core/path.ts'
import type { InputOf, Schema } from '../core/schema.ts'
import type { WireInput, WireNames } from '../schema/wire.ts'

// Everything here is evaluated only for the operations that are called. The parts of one holder are an object of boxes, `{ in: Input }`, so
// that intersecting the objects of all holders intersects what each part needs, and leaves out what nobody declares.

type PartName = 'params' | 'query' | 'headers' | 'cookies' | 'body' | 'form'

/** What an operation is called with: its own inputs and those of every dependency it uses. */
export type CallInput<T> = T extends {
  readonly path: infer Path extends string
  readonly inputs: infer I
  readonly uses: infer U
}
  ? Arguments<DeclaredParts<I> & UsesParts<U> & PathPart<Path, I>>
  : never

type Arguments<Parts> = Flat<
  { readonly [N in keyof Parts as IsOptional<Parts[N]> extends true ? never : N]: Unboxed<Parts[N]> } & {
    readonly [N in keyof Parts as IsOptional<Parts[N]> extends true ? N : never]?: Unboxed<Parts[N]>
  }
>

type Flat<T> = { [K in keyof T]: T[K] }
type Unboxed<Box> = Box extends { in: infer Input } ? Input : never
type IsOptional<Box> = Box extends { in: infer Input }
  ? {} extends Input
    ? true
    : undefined extends Input
      ? true
      : false
  : true

type DeclaredParts<I> = { [N in keyof I & PartName as I[N] extends Schema ? N : never]: { in: PartInput<I[N], N> } }

type PathPart<Path extends string, I> = I extends { readonly params: Schema }
  ? unknown
  : [PathNames<Path>] extends [never]
    ? unknown
    : { params: { in: { readonly [K in PathNames<Path>]: PathInput } } }

/** What a path parameter without a schema of its own can be given as. */
type PathInput = string | number

type PartInput<S, N extends PartName> = N extends 'params'
  ? ParamsInput<NamedInput<S>>
  : N extends 'form'
    ? FormInput<NamedInput<S>>
    : WireInput<NamedInput<S>>

type NamedInput<S> = WireNames<S, InputOf<S>>

type ParamsInput<Input> = {
  readonly [K in keyof Input]: unknown extends Input[K] ? PathInput : WireInput<Input[K]>
}
type FormInput<Input> = { readonly [K in keyof Input]: Input[K] extends Files ? Input[K] : WireInput<Input[K]> }
type Files = Blob | readonly Blob[] | undefined

/** The intersection of what the dependencies need; each is asked once more for those it uses itself. */
type UsesParts<Uses> = string extends keyof Uses
  ? unknown
  : [keyof Uses] extends [never]
    ? unknown
    : Taker<Uses[keyof Uses]> extends (parts: infer Parts) => void
      ? Parts
      : never

type Taker<D> = D extends { readonly '~types'?: infer T } ? (parts: DependencyParts<NonNullable<T>>) => void : never

type DependencyParts<T> = T extends { readonly inputs: infer I; readonly uses: infer U }
  ? DeclaredParts<I> & UsesParts<U>
  : unknown
