import { defineError } from '../../core/errors/index.ts'

/** 401: the provider has refused, its user has, or its answer is not one that can be believed. */
export const ProviderLogInRefused = defineError({
  code: 'provider_log_in_refused',
  status: 401,
  title: 'The log-in at the provider did not succeed',
  fix: 'Start again.',
})

/** 409: there is an account with this address, and not both sides have proved it. */
export const LinkRequired = defineError({
  code: 'link_required',
  status: 409,
  title: 'There is an account with this address already',
  fix: 'Log in to it as before, then link the provider to it.',
})

/** 409: this user of the provider belongs to another account. */
export const IdentityTaken = defineError({
  code: 'identity_taken',
  status: 409,
  title: 'The log-in at the provider belongs to another account',
  fix: 'Log in with it, or unlink it there.',
})

/** 403: nobody registers by themselves. */
export const RegistrationClosed = defineError({
  code: 'registration_closed',
  status: 403,
  title: 'There is no account for this log-in, and nobody can register',
  fix: 'Ask for an account.',
})

/** 403: accounts have an address, and the provider gives none. */
export const ProviderEmailMissing = defineError({
  code: 'provider_email_missing',
  status: 403,
  title: 'The provider gives no e-mail address',
  fix: 'Allow the provider to give it, then start again.',
})
