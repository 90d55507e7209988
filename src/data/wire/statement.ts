/** SQL and the name it is prepared under, once for each connection. */
export interface Statement {
  readonly text: string
  /** One name for one text in the whole process. Without a name it is parsed again for each run. */
  readonly name: string | undefined
}

/** A statement that is prepared. */
export interface NamedStatement extends Statement {
  readonly name: string
}
