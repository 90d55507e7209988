import type { RequestObserver, RequestTrace } from './observer.ts'

/** Several observers as one; none where there are none. */
export function observersTogether(observers: readonly RequestObserver[]): RequestObserver | undefined {
  if (observers.length < 2) return observers[0]
  const begins = observers.flatMap(({ begin }) => begin ?? [])
  const answers = observers.flatMap(({ answered }) => answered ?? [])
  const refusals = observers.flatMap(({ refused }) => refused ?? [])
  const [first] = begins
  return {
    countsStatements: observers.some(({ countsStatements }) => countsStatements === true),
    tellsFailures: observers.some(({ tellsFailures }) => tellsFailures === true),
    ...(first !== undefined && {
      begin: begins.length === 1 ? first : (request) => tracesTogether(begins.flatMap((begin) => begin(request) ?? [])),
    }),
    answered: (request, answer) => {
      for (const answered of answers) answered(request, answer)
    },
    refused: (request) => {
      for (const refused of refusals) refused(request)
    },
  }
}

function tracesTogether(traces: readonly RequestTrace[]): RequestTrace | undefined {
  const [outer, ...others] = traces
  if (outer === undefined || others.length === 0) return outer
  const inner = tracesTogether(others) as RequestTrace
  return {
    run: (work) => outer.run(() => inner.run(work)),
    step: (kind, name, work, told) => outer.step(kind, name, () => inner.step(kind, name, work, told), told),
    note: (kind, name, fields) => {
      outer.note(kind, name, fields)
      inner.note(kind, name, fields)
    },
    carry: (headers) => {
      outer.carry?.(headers)
      inner.carry?.(headers)
    },
    logFields: { ...outer.logFields, ...inner.logFields },
  }
}
