import type { BinaryColumns } from './binary-columns.ts'
import type { WireObject } from './columns.ts'
import { RowProgram } from './json-row-code.ts'
import { interpretRow } from './json-row-closures.ts'
import type { RowWriter } from './row-cursor.ts'

/** Compiles the shape of a row, whose columns come in these forms, into the function that writes it. */
export function compileRow(shape: WireObject, binary: BinaryColumns | undefined): RowWriter {
  try {
    return new RowProgram(shape, binary).build()
  } catch (error) {
    // Started with --disallow-code-generation-from-strings.
    if (error instanceof EvalError) return interpretRow(shape, binary)
    throw error
  }
}
