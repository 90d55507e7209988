import { DrizzleQueryError } from 'drizzle-orm'
import { DatabaseError } from 'pg'
import { isStale } from './stale-plan.ts'
import { AshlarError, Forbidden } from '../core/errors/index.ts'
import {
  CheckViolation,
  DatabaseUnavailable,
  ExclusionViolation,
  ForeignKeyViolation,
  InvalidText,
  InvalidValue,
  NotNullViolation,
  RepeatedStatement,
  SerializationFailure,
  StatementTimeout,
  UniqueViolation,
} from './errors.ts'

const RETRY_SOON = { 'retry-after': '1' }
/** A restart with recovery takes a few seconds. */
const RETRY_LATER = { 'retry-after': '5' }

type Answer = (error: DatabaseError) => AshlarError

/** By SQLSTATE. What is not here is a mistake in the app: a 500, and logged. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  '23505': (error) =>
    new UniqueViolation(says(error, 'allows each value once'), { data: violated(error), cause: error }),
  '23503': (error) =>
    new ForeignKeyViolation(says(error, 'needs the record it refers to'), { data: violated(error), cause: error }),
  '23P01': (error) => new ExclusionViolation(says(error, 'allows no overlap'), { data: violated(error), cause: error }),
  '23514': (error) => new CheckViolation(says(error, 'refuses this value'), { data: violated(error), cause: error }),
  '23502': notNull,
  '22021': (cause) => new InvalidText(undefined, { cause }),
  // Too long, out of range, or no value of the type: most are found before by the columns' schemas, and these are what a database alone knows.
  '22001': invalidValue,
  '22003': invalidValue,
  '22007': invalidValue,
  '22008': invalidValue,
  '22009': invalidValue,
  '22P02': invalidValue,
  '22P05': invalidValue,
  '40001': serialization,
  '40P01': serialization,
  '57014': timeout,
  '55P03': timeout,
  '57P01': unavailable,
  '57P02': unavailable,
  '57P03': unavailable,
}

/** What tells a row that a policy refuses, in any language. */
const POLICY_CHECK = 'ExecWithCheckOptions'

/** Connection exceptions and insufficient resources: too many connections, memory, disk. */
const UNAVAILABLE_CLASSES = ['08', '53']

/** Gives an error of the database its answer: which rule was broken, never the statement nor its values. */
export function translateDatabaseError(error: unknown): AshlarError | undefined {
  if (error instanceof DatabaseError) return translateSqlState(error)
  if (error instanceof RepeatedStatement) return error
  if (error instanceof DrizzleQueryError) return translateQueryError(error.cause)
  return isConnectionError(error) ? unavailable(error) : undefined
}

/** What Drizzle was told by its connection, which may be an error of ours already: that of a transaction that could not begin. */
function translateQueryError(cause: unknown): AshlarError | undefined {
  return cause instanceof AshlarError ? cause : (translateDatabaseError(cause) ?? connectionLost(cause))
}

/** For errors known to come from the database's connection. Anybody else's ECONNREFUSED is not ours to answer. */
export function connectionLost(error: unknown): AshlarError | undefined {
  return isConnectionError(error) || isNetworkError(error) ? unavailable(error) : undefined
}

function translateSqlState(error: DatabaseError): AshlarError | undefined {
  const state = error.code ?? ''
  // The next run prepares it anew.
  if (isStale(error)) return serialization(error)
  // The SQLSTATE is that of missing rights too, which are a mistake in the app.
  if (error.routine === POLICY_CHECK)
    return new Forbidden('The record would not be among those you may have.', { cause: error })
  const answer = ANSWERS[state] ?? (UNAVAILABLE_CLASSES.includes(state.slice(0, 2)) ? unavailable : undefined)
  return answer?.(error)
}

function says({ constraint, table }: DatabaseError, rule: string): string {
  return `The constraint "${constraint ?? 'unknown'}" of "${table ?? 'unknown'}" ${rule}.`
}

function violated(error: DatabaseError): { constraint: string; table: string; columns?: string[] } {
  const columns = columnsIn(error)
  return { constraint: error.constraint ?? 'unknown', table: error.table ?? 'unknown', ...(columns && { columns }) }
}

/** The columns in `Key (a, b)=(1, 2) already exists.`; none where that is about an expression or in another language. */
function columnsIn({ column, detail }: DatabaseError): string[] | undefined {
  if (column !== undefined) return [column]
  const columns = /^Key \(([^()]+)\)=\(/.exec(detail ?? '')?.[1]?.split(', ')
  return columns?.every((name) => /^(\w+|"[^"]+")$/.test(name))
    ? columns.map((name) => name.replaceAll('"', ''))
    : undefined
}

function notNull(error: DatabaseError): AshlarError {
  const { table = 'unknown', column } = error
  const data = { table, columns: column === undefined ? [] : [column] }
  return new NotNullViolation(`"${column ?? 'unknown'}" of "${table}" needs a value.`, { data, cause: error })
}

function invalidValue(cause: DatabaseError): AshlarError {
  return new InvalidValue(undefined, { cause })
}

function serialization(cause: DatabaseError): AshlarError {
  return new SerializationFailure(undefined, { cause, headers: RETRY_SOON })
}

function timeout(cause: DatabaseError): AshlarError {
  return new StatementTimeout(undefined, { cause, headers: RETRY_SOON })
}

function unavailable(cause: unknown): AshlarError {
  return new DatabaseUnavailable(undefined, { cause, headers: RETRY_LATER })
}

/** `pg` tells its own connection errors by their messages alone. */
const CONNECTION_MESSAGES = [
  'timeout exceeded when trying to connect',
  'Connection terminated',
  'Query read timeout',
  'Client has encountered a connection error and is not queryable',
  'Client was closed and is not queryable',
  'Cannot use a pool after calling end on the pool',
]

function isConnectionError(error: unknown): boolean {
  return error instanceof Error && CONNECTION_MESSAGES.some((message) => error.message.startsWith(message))
}

const NETWORK_CODES =
  'ECONNREFUSED ECONNRESET ECONNABORTED EPIPE ETIMEDOUT EHOSTUNREACH ENETUNREACH ENOTFOUND EAI_AGAIN ENOENT'.split(' ')

function isNetworkError(error: unknown): boolean {
  return error instanceof Error && NETWORK_CODES.includes((error as NodeJS.ErrnoException).code ?? '')
}
