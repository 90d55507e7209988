import type { Logger } from '../core/request.ts'

/** A line of the log with all that stands in it. */
export interface KeptLine {
  readonly level: string
  readonly msg: string | undefined
  readonly [field: string]: unknown
}

/** A logger of an app's own, which keeps what it is told. */
export function keptLines(): { readonly lines: KeptLine[]; readonly logger: Logger } {
  const lines: KeptLine[] = []
  const write =
    (level: string) =>
    (fields: object, msg?: string): void =>
      void lines.push({ ...fields, level, msg })
  return {
    lines,
    logger: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
  }
}
