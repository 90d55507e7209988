import type { OperationTypes } from '../core/operation.ts'
import type { PathNames } from '../core/path.ts'
import type { InputOf, Schema } from '../core/schema.ts'
import type { WireInput } from '../schema/wire.ts'

// Everything here is evaluated only for the operations that are called. A part is boxed as `{ in: Input }`, so that `unknown` can mean that
// nothing is declared and intersection can mean that all is needed.

type PartName = 'params' | 'query' | 'headers' | 'cookies' | 'body' | 'form'

/** What an operation is called with: its own inputs and those of every dependency it uses. */
export type CallInput<T extends OperationTypes> = Flat<
  { readonly [N in PartName as Need<PartBox<T, N>> extends 'required' ? N : never]: Unboxed<PartBox<T, N>> } & {
    readonly [N in PartName as Need<PartBox<T, N>> extends 'optional' ? N : never]?: Unboxed<PartBox<T, N>>
  }
>

type Flat<T> = { [K in keyof T]: T[K] }
type Unboxed<Box> = Box extends { in: infer Input } ? Input : never
type Need<Box> = Box extends { in: infer Input }
  ? {} extends Input
    ? 'optional'
    : undefined extends Input
      ? 'optional'
      : 'required'
  : 'none'

type PartBox<T extends OperationTypes, N extends PartName> = DeclaredBox<T['inputs'], N> &
  UsesBox<T['uses'], N> &
  (N extends 'params' ? PathBox<T['path'], T['inputs']> : unknown)

type DeclaredBox<I, N extends PartName> = I extends { readonly [K in N]: infer S extends Schema }
  ? { in: PartInput<InputOf<S>, N> }
  : unknown

type PathBox<Path extends string, I> = I extends { readonly params: Schema }
  ? unknown
  : [PathNames<Path>] extends [never]
    ? unknown
    : { in: { readonly [K in PathNames<Path>]: PathInput } }

/** What a path parameter without a schema of its own can be given as. */
type PathInput = string | number

type PartInput<Input, N extends PartName> = N extends 'params'
  ? { readonly [K in keyof Input]: unknown extends Input[K] ? PathInput : WireInput<Input[K]> }
  : N extends 'form'
    ? { readonly [K in keyof Input]: Input[K] extends Files ? Input[K] : WireInput<Input[K]> }
    : WireInput<Input>

type Files = Blob | readonly Blob[] | undefined

/** The intersection of what the dependencies need; each is asked once more for those it uses itself. */
type UsesBox<Uses, N extends PartName> = string extends keyof Uses
  ? unknown
  : [keyof Uses] extends [never]
    ? unknown
    : Taker<Uses[keyof Uses], N> extends (box: infer Box) => void
      ? Box
      : never

type Taker<D, N extends PartName> = D extends { readonly '~types'?: infer T }
  ? (box: DependencyBox<NonNullable<T>, N>) => void
  : never

type DependencyBox<T, N extends PartName> = T extends { readonly inputs: infer I; readonly uses: infer U }
  ? DeclaredBox<I, N> & UsesBox<U, N>
  : unknown
