import { createHash } from 'node:crypto'
import { headerName } from '../../core/header-name.ts'
import type { Call, CheckedCall } from '../../core/policy/policy.ts'
import { canonical } from './canonical.ts'

/** What differs between attempts of one request, and says nothing about what is asked for. */
const OF_ONE_ATTEMPT = new Set(['traceparent', 'tracestate', 'baggage', 'x-request-id', 'idempotency-key'])

/** What tells a request from another with the same key: its path, its query, its body, and the headers and cookies that are inputs. */
export function fingerprintOf({ call, inputs, sent }: CheckedCall): Buffer {
  const query = new URLSearchParams(call.head.search)
  query.sort()
  return sha256([call.head.path, query.toString(), sent, declared(inputs, 'headers'), declared(inputs, 'cookies')])
}

/** Of all holders together, so that the order in which a release declares them does not matter. */
function declared(inputs: CheckedCall['inputs'], part: 'headers' | 'cookies'): Record<string, unknown> {
  const all: Record<string, unknown> = {}
  for (const holder of inputs) {
    for (const [key, value] of Object.entries(holder?.[part] ?? {})) {
      const name = part === 'headers' ? headerName(key) : key
      if (!OF_ONE_ATTEMPT.has(name)) all[name] = value as unknown
    }
  }
  return all
}

interface Scope {
  /** The method and the template of its path: what callers know, and what stays when an operation is renamed. */
  readonly operation: string
  readonly key: string
}

/**
 * By what an answer is found: the same key of another caller, or for another operation, is another one. Callers are told apart by what found out who they
 * are, too, since ids of two kinds may be equal; and by the organisation they act for. Those whom nobody knows are one caller.
 */
export function idOf({ caller, user }: Pick<Call, 'caller' | 'user'>, { operation, key }: Scope): Buffer {
  const organisation = (user as { readonly organisation?: { readonly id?: unknown } } | undefined)?.organisation
  return sha256([operation, caller?.by?.name, user?.id, organisation?.id, key])
}

function sha256(value: unknown): Buffer {
  return createHash('sha256').update(canonical(value)).digest()
}
