import { jwtVerify } from 'jose'
import { AUDIENCE, ISSUER, SECRET } from '../http/domain.ts'

// What a careful engineer puts in front of jose: a token verified once is known until it expires, and the cache is bounded.
const MAX_TOKENS = 1000
const verified = new Map()

/** The claims of a valid `Authorization` value; undefined for any other. The same function serves every Node peer. */
export function verifyBearer(authorization) {
  if (authorization === undefined || !authorization.startsWith('Bearer ')) return undefined
  const token = authorization.slice(7)
  const known = verified.get(token)
  if (known !== undefined && known.exp * 1000 > Date.now()) return known
  return verifyAnew(token)
}

async function verifyAnew(token) {
  verified.delete(token)
  try {
    const options = { algorithms: ['HS256'], issuer: ISSUER, audience: AUDIENCE, requiredClaims: ['exp', 'sub'] }
    const { payload } = await jwtVerify(token, SECRET, options)
    if (verified.size >= MAX_TOKENS) verified.delete(verified.keys().next().value)
    verified.set(token, payload)
    return payload
  } catch {
    return undefined
  }
}
