import { defineError } from '../../core/errors/index.ts'

/**
 * 401: the log-in and the password do not go together; also where there is no such account.
 *
 * @example
 * route.post('/sign-in', { access: anyone, errors: [InvalidCredentials] }, () => {
 *   throw new InvalidCredentials()
 * })
 */
export const InvalidCredentials = defineError({
  code: 'invalid_credentials',
  status: 401,
  title: 'The log-in or the password is wrong',
  fix: 'Check both. After several attempts wait the seconds in the Retry-After header.',
})

/**
 * 400: a token of a mail or of a flow is unknown, used, expired or meant for something else.
 *
 * @example
 * route.post('/unsubscribe', { access: anyone, errors: [TokenInvalid] }, () => {
 *   throw new TokenInvalid()
 * })
 */
export const TokenInvalid = defineError({
  code: 'token_invalid',
  status: 400,
  title: 'The link or code is not valid any more',
  fix: 'Ask for a new one.',
})

/** 400: a refresh token or an authorization code cannot be used (RFC 6749 section 5.2). */
export const InvalidGrant = defineError({
  code: 'invalid_grant',
  status: 400,
  title: 'The grant is not valid',
  fix: 'Log in again.',
})

/** 400: more is asked for than was granted, or a scope is unknown (RFC 6749 section 5.2). */
export const InvalidScope = defineError({
  code: 'invalid_scope',
  status: 400,
  title: 'The scope is not valid',
  fix: 'Ask for scopes that were granted, or leave them out.',
})

/**
 * 403: the password was right, but the address has not been confirmed yet.
 *
 * @example
 * route.post('/sign-in', { access: anyone, errors: [EmailNotVerified] }, () => {
 *   throw new EmailNotVerified()
 * })
 */
export const EmailNotVerified = defineError({
  code: 'email_not_verified',
  status: 403,
  title: 'The e-mail address is not confirmed',
  fix: 'Follow the link in the message, or ask for another one.',
})

/** 403: the request carries a cookie and comes from another site (GA14). */
export const CrossSiteRequest = defineError({
  code: 'cross_site_request',
  status: 403,
  title: 'The request comes from another site',
  fix: 'Send it from a page of the same origin, or with an Authorization header in place of the cookie.',
})

/** 401: what is asked for needs a fresh proof of who calls (RFC 9470). */
export const RecentAuthenticationRequired = defineError({
  code: 'recent_authentication_required',
  status: 401,
  title: 'Prove who you are once more',
  fix: 'Authenticate again, then repeat the request.',
})

/**
 * 401: a code is wrong or was used before, or a passkey is not one of the account's or did not sign what it was asked to.
 *
 * @example
 * route.post('/vault', { access: anyone, errors: [InvalidSecondFactor] }, () => {
 *   throw new InvalidSecondFactor()
 * })
 */
export const InvalidSecondFactor = defineError({
  code: 'invalid_second_factor',
  status: 401,
  title: 'The code or the passkey is not right',
  fix: 'Wait for the next code, or use another factor. After several attempts wait the seconds in the Retry-After header.',
})
