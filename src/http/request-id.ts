import { randomBytes } from 'node:crypto'

/** Makes request ids: unique across processes by a random prefix, cheap within one by a counter. */
export function requestIds(): () => string {
  const prefix = randomBytes(6).toString('base64url').replaceAll('-', 'x').replaceAll('_', 'y')
  let count = 0
  return () => `${prefix}-${(++count).toString(36)}`
}
