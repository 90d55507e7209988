import type { Issue, InputPart } from '../core/errors/index.ts'
import { ValidationFailed } from '../core/errors/index.ts'
import type { Holder } from '../core/graph/plan.ts'
import type { HolderValues } from '../core/graph/resolution.ts'
import { INPUT_NAMES, type InputName } from '../core/inputs.ts'
import { chain, isPromise, type MaybePromise } from '../core/maybe-promise.ts'
import type { Operation } from '../core/operation.ts'
import type { Schema } from '../core/schema.ts'
import { compileInput, type InputReader, type InputSource } from '../schema/index.ts'
import { withoutOthers, type Readers } from './others-names.ts'

/** The parts of one request before their schemas have seen them. Each is parsed at most once, and only if somebody declares it. */
export interface RawInputs {
  readonly params: unknown
  readonly query: unknown
  readonly headers: unknown
  readonly cookies: unknown
  readonly body: unknown
  readonly form: unknown
}

interface Reader {
  readonly name: InputName
  readonly read: InputReader
}

const PARTS: Record<InputName, { readonly in: InputPart; readonly source: InputSource }> = {
  params: { in: 'path', source: 'strings' },
  query: { in: 'query', source: 'strings' },
  headers: { in: 'header', source: 'strings' },
  cookies: { in: 'cookie', source: 'strings' },
  body: { in: 'body', source: 'json' },
  form: { in: 'body', source: 'form' },
}

/** Reads what the holders declare, all problems of all of them together. */
export class Binding {
  readonly #holders: readonly (readonly Reader[])[]

  /** @param readers - All who read something of the same requests, these holders among them. */
  constructor(holders: readonly Holder[], readers: Readers) {
    this.#holders = holders.map(({ inputs }) => readersOf(inputs, readers))
  }

  /** Whether nobody reads anything. */
  get isEmpty(): boolean {
    return this.#holders.length === 0
  }

  /** Fills `values` from `offset` on. Problems go to `issues`. */
  read(raw: RawInputs, issues: Issue[], values: Record<string, unknown>[]): MaybePromise<void> {
    let pending: Promise<void>[] | undefined
    for (const readers of this.#holders) {
      const target: Record<string, unknown> = {}
      values.push(target)
      for (const { name, read } of readers) {
        const value = read(raw[name], issues)
        if (isPromise(value)) (pending ??= []).push(value.then((settled) => void (target[name] = settled)))
        else target[name] = value
      }
    }
    if (pending !== undefined) return Promise.all(pending).then(() => undefined)
  }
}

function readersOf(inputs: Holder['inputs'], all: Readers): Reader[] {
  const readers: Reader[] = []
  for (const name of INPUT_NAMES) {
    const schema: Schema | undefined = inputs[name]
    if (schema === undefined) continue
    readers.push({ name, read: withoutOthers(name, schema, compileInput(schema, PARTS[name]), all) })
  }
  return readers
}

/** Reads through a binding and refuses what is not valid, everything at once. */
export function readAll(
  binding: Binding,
  raw: RawInputs,
  values: Record<string, unknown>[],
  onInvalid?: Operation['onInvalid'],
): MaybePromise<HolderValues> {
  const issues: Issue[] = []
  return chain(binding.read(raw, issues, values), () => {
    if (issues.length > 0) throw onInvalid?.(issues) ?? new ValidationFailed(issues)
    return values
  })
}
