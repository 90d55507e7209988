import { types, type CustomTypesConfig } from 'pg'
import { isoTime } from '../wire-times.ts'

const TIMES: readonly number[] = [types.builtins.TIMESTAMP, types.builtins.TIMESTAMPTZ]

/** Drizzle's parsers of columns, with times as ISO 8601. */
export class IsoTimes implements CustomTypesConfig {
  readonly getTypeParser: CustomTypesConfig['getTypeParser']

  private constructor(base: CustomTypesConfig) {
    const parserFor: CustomTypesConfig['getTypeParser'] = (oid, format) =>
      TIMES.includes(oid) && format !== 'binary' ? isoTime : base.getTypeParser(oid, format)
    this.getTypeParser = parserFor
  }

  /** A prepared query is run many times with one configuration: wrapped once. */
  static over(types: CustomTypesConfig): IsoTimes {
    return types instanceof IsoTimes ? types : new IsoTimes(types)
  }
}
