import { InvalidJson } from '../../core/errors/catalogue.ts'
import { defineError } from '../../core/errors/define.ts'

export const ExpectationFailed = defineError({
  code: 'expectation_failed',
  status: 417,
  title: 'The expectation cannot be met',
  fix: 'Send no Expect header, or 100-continue.',
})

/** What is asked for lies beyond the end of the file; the answer's `Content-Range` says how long that is. */
export const RangeNotSatisfiable = defineError({
  code: 'range_not_satisfiable',
  status: 416,
  title: 'The range cannot be satisfied',
  fix: 'Ask for bytes that are there: Content-Range says how many there are.',
})

/** The client went away before its body was complete. Nobody reads the answer; 499 is what logs of proxies call it. */
export const ClientClosedRequest = defineError({
  code: 'client_closed_request',
  status: 499,
  title: 'The client closed the connection',
  fix: 'Keep the connection open until the answer is there.',
})

/** Where a JSON body is not acceptable, for error formats that say so in fields of their own. */
export interface JsonProblem {
  /** What is wrong; for syntax errors in the words of Python's decoder, which clients of FastAPI services know. */
  readonly reason: string
  /** Byte offset in the body. */
  readonly position: number
  /** RFC 6901 pointer of the value or key concerned; empty for the document itself. */
  readonly pointer: string
}

/** An {@link InvalidJson} that says where. */
export class JsonSyntaxError extends InvalidJson {
  readonly problem: JsonProblem

  constructor(problem: JsonProblem) {
    super(
      `${problem.reason} at ${problem.pointer === '' ? 'the document' : JSON.stringify(problem.pointer)}, byte ${problem.position}.`,
    )
    this.problem = problem
  }
}
