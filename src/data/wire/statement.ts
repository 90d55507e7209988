/**
 * Types whose values are cheaper for the server to send in binary form: it need not write their text, which takes it longer than all else it
 * does for the row. Their JSON and their text are the same in both forms.
 */
export type BinaryType = 'uuid' | 'timestamp' | 'timestamptz'

/** SQL and the name it is prepared under, once for each connection. */
export interface Statement {
  readonly text: string
  /** One name for one text in the whole process. Without a name it is parsed again for each run. */
  readonly name: string | undefined
  /** The columns, by their place in the select list, that are to come in binary form. `binaryColumns(shape)` gives those of a shape. */
  readonly binary?: BinaryColumns
}

export type BinaryColumns = readonly (BinaryType | undefined)[]
