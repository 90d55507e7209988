import type { Issue } from '../../core/errors/index.ts'
import type { PasswordOptions } from '../core/options.ts'

type Problem = Pick<Issue, 'code' | 'message' | 'context'>

interface Policy extends Omit<PasswordOptions, 'minLength'> {
  readonly minLength?: number | undefined
  readonly appName: string
  /** Whose it will be. */
  readonly user: Readonly<Record<string, unknown>>
}

const MIN_LENGTH = 15

/** What is wrong with a new password (NIST SP 800-63B section 3.1.1.2); `undefined` where nothing is. */
export async function passwordProblem(given: string, policy: Policy): Promise<Problem | undefined> {
  const password = given.normalize('NFKC')
  const { minLength = MIN_LENGTH } = policy
  // In characters as people count them, whatever units the language stores them in.
  if ([...password].length < minLength)
    return {
      code: 'password_too_short',
      message: `A password has at least ${minLength} characters. Several words in a row are easy to remember.`,
      context: { min_length: minLength },
    }
  if ((await policy.isBreached?.(given)) === true)
    return { code: 'password_breached', message: 'This password is known to be in other hands. Choose another one.' }
  return undefined
}
