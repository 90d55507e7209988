export { accounts } from './accounts/accounts.ts'
export type { PasswordChanges } from './accounts/password-changes.ts'
export type { AccountServices } from './accounts/services.ts'
export { tokenEndpoint } from './accounts/token-endpoint.ts'
export type { Accounts } from './accounts/types.ts'
export { apiKey } from './api-key.ts'
export type { ApiKeyOptions } from './api-key.ts'
export { apiKeys } from './api-keys/api-keys.ts'
export type { ApiKeyOperations } from './api-keys/api-keys.ts'
export type { ApiKeysOptions } from './api-keys/options.ts'
export { basic } from './basic.ts'
export type { BasicOptions } from './basic.ts'
export { bearer } from './bearer.ts'
export type { BearerOptions } from './bearer.ts'
export { cookieSession } from './cookie-session.ts'
export type { CookieSessionOptions } from './cookie-session.ts'
export { EmailNotVerified, InvalidCredentials, InvalidSecondFactor, TokenInvalid } from './core/errors.ts'
export type {
  AccountOrganisationOptions,
  AccountsOptions,
  AttemptOptions,
  PasswordOptions,
  SessionOptions,
  TokenOptions,
} from './core/options.ts'
export type {
  AccessTokens,
  AccessTokenSubject,
  AccountEvents,
  AccountMail,
  Attempts,
  LogIn,
  MailTemplate,
  OneTimeTokens,
  Sessions,
} from './core/services.ts'
export type { UserRow, UserRows } from './core/user-row.ts'
export type { PasskeyOptions, SecondFactorOptions } from './factors/options.ts'
export { secondFactors } from './factors/second-factors.ts'
export type { SecondFactors } from './factors/second-factors.ts'
export { oauth2, openIdConnect } from './oauth2.ts'
export type { OAuth2Flows, OAuth2Options, OpenIdConnectOptions } from './oauth2.ts'
export { jwtBearer } from './jwt/jwt-bearer.ts'
export type { JwtBearerOptions } from './jwt/jwt-bearer.ts'
export { jwtTokens } from './jwt/jwt-tokens.ts'
export type { IssuedClaims, JwtTokens, JwtTokensOptions } from './jwt/jwt-tokens.ts'
export type { JwtAlgorithm, JwtSecret } from './jwt/key.ts'
export type { JwtClaims } from './jwt/verify.ts'
export { escapeHtml } from './mail/render.ts'
export type { MailData, MailRenderer } from './mail/render.ts'
export { authorizationServer } from './oauth-server/authorization-server.ts'
export type { AuthorizationServer, AuthorizationServerApi, WellKnownApi } from './oauth-server/authorization-server.ts'
export type { AuthorizationServerOptions } from './oauth-server/options.ts'
export { oauthServerTables } from './oauth-server/tables.ts'
export type { OAuthServerTables } from './oauth-server/tables.ts'
export { organisations } from './organisations/organisations.ts'
export type { OrganisationOperations, Organisations } from './organisations/organisations.ts'
export type { OrganisationsOptions } from './organisations/options.ts'
export type { OrganisationRules } from './organisations/rules.ts'
export { oauth2PasswordForm, oauth2PasswordFormStrict } from './password-form.ts'
export { hashPassword, needsRehash, verifyPassword } from './password/password.ts'
export type { Passwords } from './password/passwords.ts'
export { externalProviders } from './providers/external-providers.ts'
export type { ProviderOperations } from './providers/external-providers.ts'
export type { ExternalProvider, ExternalProvidersOptions, ProviderClaims } from './providers/options.ts'
export { accountTables } from './tables/account-tables.ts'
export type { AccountTables } from './tables/account-tables.ts'
export { organisationTables } from './tables/organisation-tables.ts'
export type { OrganisationTables } from './tables/organisation-tables.ts'
export { userColumns } from './tables/user-columns.ts'
export type { UserTable } from './tables/user-columns.ts'
