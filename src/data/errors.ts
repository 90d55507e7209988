import { z } from 'zod'
import { defineError } from '../core/errors/index.ts'

const violated = z.object({
  /** The constraint's name in the database. */
  constraint: z.string(),
  table: z.string(),
  /** Where the database tells them. */
  columns: z.array(z.string()).optional(),
})

/** SQLSTATE 23505. */
export const UniqueViolation = defineError({
  code: 'unique_violation',
  status: 409,
  title: 'The value is already taken',
  fix: 'Use a value that no other record has in the columns listed under data.',
  data: violated,
})

/** SQLSTATE 23503: what is referred to is not there, or is still referred to. */
export const ForeignKeyViolation = defineError({
  code: 'foreign_key_violation',
  status: 409,
  title: 'A record that is referred to is missing, or still in use',
  fix: 'Refer to a record that exists, or remove what refers to this one first.',
  data: violated,
})

/** SQLSTATE 23P01. */
export const ExclusionViolation = defineError({
  code: 'exclusion_violation',
  status: 409,
  title: 'The record overlaps another one',
  fix: 'Use a value that does not overlap those of other records.',
  data: violated,
})

/** SQLSTATE 23514. */
export const CheckViolation = defineError({
  code: 'check_violation',
  status: 422,
  title: 'The value does not satisfy a rule of the database',
  fix: 'Use a value that the rule named under data allows.',
  data: violated,
})

/** SQLSTATE 23502. */
export const NotNullViolation = defineError({
  code: 'not_null_violation',
  status: 422,
  title: 'A required value is missing',
  fix: 'Send a value for the column named under data.',
  data: z.object({ table: z.string(), columns: z.array(z.string()) }),
})

/** SQLSTATE 22021: PostgreSQL's text cannot hold U+0000, which JSON can. */
export const InvalidText = defineError({
  code: 'text_invalid',
  status: 422,
  title: 'A text holds a character that cannot be stored',
  fix: 'Send text without the character U+0000.',
})

/** SQLSTATE 22001, 22003, 22007, 22008, 22009, 22P02 and 22P05: the database cannot read a value as one of its column's type, or has no room for it. */
export const InvalidValue = defineError({
  code: 'value_invalid',
  status: 422,
  title: 'A value is not one that can be stored',
  fix: 'Send a value of the type and within the limits of its field.',
})

/** SQLSTATE 40001 and 40P01: concurrent transactions, of which the database ended this one. Nothing was saved; a retry may succeed. */
export const SerializationFailure = defineError({
  code: 'serialization_failure',
  status: 503,
  title: 'Another transaction was in the way',
  fix: 'Send the request again after the seconds in the Retry-After header: nothing of it was saved.',
})

/** SQLSTATE 57014 and 55P03: a statement, or its wait for a lock, took longer than its limit. */
export const StatementTimeout = defineError({
  code: 'statement_timeout',
  status: 503,
  title: 'The database took too long',
  fix: 'Ask for less at once, or send the request again after the seconds in the Retry-After header.',
})

/** The database cannot be reached, is starting or stopping, or has no connection left. */
export const DatabaseUnavailable = defineError({
  code: 'database_unavailable',
  status: 503,
  title: 'The database is not available',
  fix: 'Send the request again after the seconds in the Retry-After header.',
})

/** The connection was lost while a transaction was being committed: whether its changes were saved is not known. */
export const CommitOutcomeUnknown = defineError({
  code: 'commit_outcome_unknown',
  status: 500,
  title: 'Whether the changes were saved is not known',
  fix: 'Read the record to see whether the change is there before sending the request again.',
})

/** In tests alone: an operation runs one statement per row. */
export const RepeatedStatement = defineError({
  code: 'repeated_statement',
  status: 500,
  title: 'The operation runs the same statement again and again',
  fix: 'Get all rows with one statement, by a join, a relation or a loader; this is an error of the app, found by a test.',
})
