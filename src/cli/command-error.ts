/** A failure that is the caller's to mend: shown as its message and hint, without a stack. */
export class CommandError extends Error {
  readonly hint: string | undefined
  /** Whether a change of the app's files cannot mend it. */
  readonly fatal: boolean

  constructor(
    message: string,
    { hint, fatal = false, cause }: { hint?: string; fatal?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause })
    this.name = 'CommandError'
    this.hint = hint
    this.fatal = fatal
  }
}
