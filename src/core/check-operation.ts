import { isContent } from './content.ts'
import type { Problems } from './graph/problems.ts'
import { INPUT_NAMES } from './inputs.ts'
import type { Operation } from './operation.ts'
import { isSchema } from './schema.ts'

/** Mistakes of one operation by itself. Most are type errors too, but Node runs a file whatever its types say. */
export function checkOperation(operation: Operation, place: string, problems: Problems): void {
  checkInputs(operation, place, problems)
  checkBody(operation, place, problems)
  checkStatuses(operation, place, problems)
  checkErrors(operation, place, problems)
  // An array's keys; no value could be reached under such a name.
  if (Object.keys(operation.uses).some((name) => /^\d/.test(name)))
    problems.add(place, 'its uses have no names; write uses: { name: dependency }')
  if (typeof operation.handler !== 'function')
    problems.add(place, "it has no handler; write route.get('/path', { ...options }, (context) => ...)")
}

function checkInputs({ inputs }: Operation, place: string, problems: Problems): void {
  for (const name of INPUT_NAMES) {
    if (inputs[name] === undefined || isSchema(inputs[name])) continue
    problems.add(place, `its ${name} is not a schema; write ${name}: z.object({ ... })`)
  }
}

function checkBody({ method, inputs }: Operation, place: string, problems: Problems): void {
  if (inputs.body !== undefined && inputs.form !== undefined)
    problems.add(place, 'it declares both body and form; choose one')
  if ((method === 'GET' || method === 'HEAD' || method === 'TRACE') && (inputs.body ?? inputs.form) !== undefined) {
    problems.add(place, `a ${method} request has no body; take the input from query, or use another method`)
  }
}

/** Statuses of results: errors of 400 and more can be among them, informational ones are the server's. */
function checkStatuses({ status, response }: Operation, place: string, problems: Problems): void {
  const several = response !== undefined && !isSchema(response) && !isContent(response)
  for (const each of several ? Object.keys(response) : [String(status)]) {
    const number = Number(each)
    if (Number.isInteger(number) && number >= 200 && number <= 599) continue
    problems.add(
      place,
      Number.isNaN(number) && several
        ? `its response has the key "${each}", which is no status; a schema of fields is z.object({ ${each}: ... })`
        : `it declares the status ${each}; a response has one from 200 to 599`,
    )
  }
}

function checkErrors({ errors }: Operation, place: string, problems: Problems): void {
  for (const error of errors as readonly unknown[]) {
    if (typeof error === 'function' && 'code' in error && 'status' in error) continue
    problems.add(
      place,
      error === undefined
        ? 'its errors hold undefined; two modules probably import each other: move the error to a module of its own'
        : `its errors hold ${inWords(error)}, which is not an error class; write errors: [NotFound] with a class of ashlar/errors or of defineError`,
    )
  }
}

function inWords(value: unknown): string {
  return value instanceof Error ? `an instance of ${value.name}` : String(value)
}
