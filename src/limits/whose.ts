import { hash } from 'node:crypto'
import type { Call } from '../core/policy/policy.ts'
import { networkPrefix } from './network-prefix.ts'
import type { LimitBy } from './options.ts'

/** Whose count a call belongs to; `undefined` where it belongs to nobody's. */
export type Whose = (call: Call) => string | undefined

/** Keys of stores are short and printable, whatever ids are. */
const PLAIN = /^[\x21-\x7e]{1,120}$/

export function whoseOf(by: LimitBy): Whose {
  if (by === 'address') return ofAddress
  if (by === 'user') return ofUser
  if (by === 'key') return ofKey
  return (call) => {
    const own = by(call)
    return own === undefined ? undefined : short(own)
  }
}

/** Where nothing tells addresses apart, as on a unix socket, one count for everybody would be a way to lock everybody out. */
function ofAddress({ head }: Call): string | undefined {
  const prefix = networkPrefix(head.address)
  return prefix === '' ? undefined : `address ${prefix}`
}

function ofUser(call: Call): string | undefined {
  const { user } = call
  return user === undefined ? ofAddress(call) : `user ${short(String(user.id))}`
}

/** Accounts say which key it was. */
function ofKey(call: Call): string | undefined {
  const { keyId } = (call.user ?? {}) as { readonly keyId?: unknown }
  return typeof keyId === 'string' ? `key ${short(keyId)}` : ofUser(call)
}

function short(id: string): string {
  return PLAIN.test(id) ? id : hash('sha256', id, 'base64url')
}
