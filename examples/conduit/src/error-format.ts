import {
  InvalidBody,
  InvalidJson,
  ValidationFailed,
  type AshlarError,
  type ErrorFormat,
  type Issue,
} from 'ashlar/errors'
import { Taken, Unusable } from './errors.ts'

type Messages = Readonly<Record<string, readonly string[]>>

/** The specification's one form for every error: `{"errors": {"<what it is about>": ["<what is wrong>"]}}`. */
export const conduitFormat: ErrorFormat = {
  name: 'conduit',
  mediaType: 'application/json',
  render: (error) => ({ status: statusOf(error), body: { errors: messagesOf(error) } }),
  statusOf,
  schema: () => ({ $ref: '#/$defs/GenericErrorModel', $defs: { GenericErrorModel } }),
}

const GenericErrorModel = {
  type: 'object',
  required: ['errors'],
  properties: { errors: { type: 'object', additionalProperties: { type: 'array', items: { type: 'string' } } } },
}

/** A body that cannot be read at all is answered like one that says the wrong thing: the specification has no 400. */
const UNREADABLE: readonly string[] = [InvalidJson.code, InvalidBody.code]

function statusOf({ code, status }: { readonly code: string; readonly status: number }): number {
  return UNREADABLE.includes(code) ? ValidationFailed.status : status
}

function messagesOf(error: AshlarError): Messages {
  if (error instanceof ValidationFailed) return fieldMessages(error.issues)
  if (error instanceof Taken || error instanceof Unusable)
    return Object.fromEntries(error.data.fields.map((field) => [field, [TAKEN]]))
  if (error.code === 'unauthenticated') return { token: [error.message === error.title ? 'is missing' : 'is invalid'] }
  const [key, message] = MESSAGES[error.code] ?? [error.status < 500 ? 'request' : 'server', sentence(error.title)]
  return { [key]: [message] }
}

const TAKEN = 'has already been taken'

/** By code: what the error is about, and what is wrong with it. */
const MESSAGES: Readonly<Record<string, readonly [key: string, message: string]>> = {
  invalid_credentials: ['credentials', 'invalid'],
  profile_not_found: ['profile', 'not found'],
  article_not_found: ['article', 'not found'],
  article_forbidden: ['article', 'forbidden'],
  comment_not_found: ['comment', 'not found'],
  comment_forbidden: ['comment', 'forbidden'],
  not_found: ['path', 'not found'],
  method_not_allowed: ['method', 'not allowed'],
  json_invalid: ['body', 'is not valid JSON'],
  body_invalid: ['body', 'is invalid'],
  text_invalid: ['body', 'holds a character that cannot be stored'],
  content_too_large: ['body', 'is too large'],
  unsupported_media_type: ['body', 'must be application/json'],
}

/** One message for each field: the first problem found is the one to solve first. */
function fieldMessages(issues: readonly Issue[]): Messages {
  const messages: Record<string, readonly string[]> = {}
  for (const issue of issues) messages[fieldOf(issue)] ??= [issue.message]
  return messages
}

/** The field's name, without the envelope around it and without an index: `user.email` is `email`, `article.tagList.0` is `tagList`. */
function fieldOf({ in: part, path: [first, second] }: Issue): string {
  const name = part === 'body' ? (second ?? first) : first
  return String(name ?? 'body')
}

/** `Temporarily unavailable` reads on after its key: `server temporarily unavailable`. */
function sentence(title: string): string {
  return title.charAt(0).toLowerCase() + title.slice(1)
}
