import { z } from 'zod'
import { anyone } from '../../core/access/index.ts'
import { empty } from '../../core/content.ts'
import {
  AshlarError,
  TooManyRequests,
  Unauthenticated,
  Unavailable,
  ValidationFailed,
} from '../../core/errors/index.ts'
import { redirect } from '../../core/reply.ts'
import { route } from '../../core/route.ts'
import type { RequestHead } from '../../core/request.ts'
import { TokenInvalid } from '../core/errors.ts'
import { LogInResult } from '../core/log-in-result.ts'
import type { LogIn } from '../core/services.ts'
import { issueCode, takeCode } from './exchange-code.ts'
import { externalUser, type ExternalUserUses, type Proved } from './external-user.ts'
import { beginFlow, redirectUriOf, takeFlow, type Flow } from './flow.ts'
import { linkIdentity } from './link-identity.ts'
import type { ProviderParts } from './options.ts'
import type { ProviderClients } from './provider-clients.ts'
import { Challenge, checkedReturn, Code, deliverySchema, ReturnTo, Verifier, withParameters } from './schemas.ts'

/** The path of one provider. */
export function providerParams<Name extends string>(names: readonly [Name, ...Name[]]) {
  return z.object({ provider: z.enum(names) })
}

/** Sends the browser to a provider. */
export function startOperation<Name extends string>(parts: ProviderParts<Name>) {
  const { core, clients } = parts
  return route.get(
    '/:provider/start',
    {
      access: anyone,
      summary: 'Log in with a provider',
      description:
        'Opened in the browser. It comes back to `returnTo`: with a session in a cookie by default, or with a `code` to exchange where `delivery` is `tokens`, ' +
        'for which a `challenge` (RFC 7636, S256) is required.',
      params: providerParams(parts.names),
      query: z
        .object({ returnTo: ReturnTo, delivery: deliverySchema(parts), challenge: Challenge.optional() })
        .refine(({ delivery, challenge }) => (delivery === 'tokens') === (challenge !== undefined), {
          message: 'Send a challenge for tokens, and for nothing else',
          path: ['challenge'],
        }),
      uses: { oneTimeTokens: core.oneTimeTokens, attempts: core.attempts, clients },
      response: { 303: empty },
      errors: [ValidationFailed, TooManyRequests, Unavailable],
    },
    async ({ params: { provider }, query, request, response, attempts, ...uses }) => {
      await attempts.begun('provider')
      const isOfDevice = query.delivery === 'tokens'
      const returnTo = checkedReturn(parts, query.returnTo, { part: 'query', isOfDevice })
      const flow: Flow = { provider, returnTo, delivery: query.delivery, challenge: query.challenge }
      return redirect(await beginFlow({ ...uses, request, response }, parts, flow), 303)
    },
  )
}

/** Where the provider sends the browser back. */
export function callbackOperation<Name extends string>(parts: ProviderParts<Name>) {
  const { core, clients } = parts
  const { tx, userRows, sessions, oneTimeTokens, events, mail, logIn } = core
  return route.get(
    '/:provider/callback',
    {
      access: anyone,
      summary: 'Come back from a provider',
      description:
        'What the provider or its user has refused, or the app, leads to the log-in page with `error`, a code of the errors; a second factor leads there with `code`.',
      params: providerParams(parts.names),
      // The whole answer is looked at: these are for the documentation.
      query: z.object({
        state: z.string().optional(),
        code: z.string().optional(),
        iss: z.string().optional(),
        error: z.string().optional(),
      }),
      uses: { tx, userRows, sessions, oneTimeTokens, events, mail, logIn, clients },
      response: { 303: empty },
      errors: [Unavailable],
    },
    async ({ params: { provider }, query, request, ...uses }) => {
      let flow: Flow | undefined
      try {
        const taken = await takeFlow({ ...uses, request }, provider, query.state)
        flow = taken.flow
        const answer = new URL(`${redirectUriOf(parts, provider)}?${request.search}`)
        const claims = await (await uses.clients.of(provider)).redeem(answer, taken.checks)
        return redirect(await proceed({ ...uses, request, parts }, flow, { provider, claims }), 303)
      } catch (error) {
        // These are thrown before anything is written, so that nothing of them is committed by answering.
        if (!(error instanceof AshlarError) || error.status >= 500) throw error
        return redirect(failedAt(parts, provider, { flow, error }), 303)
      }
    },
  )
}

type Used = ExternalUserUses & {
  readonly request: RequestHead
  readonly logIn: LogIn
  readonly clients: ProviderClients
  readonly parts: ProviderParts
}

/** Where the browser goes on. */
async function proceed(uses: Used, flow: Flow, proved: Proved): Promise<string> {
  const { parts, logIn } = uses
  const { provider, delivery, returnTo, link } = flow
  if (link !== undefined) {
    await linkIdentity(uses, parts, { ...proved, link })
    return returnTo
  }
  const user = await externalUser(uses, parts, proved)
  if (delivery === 'tokens') return withParameters(returnTo, { provider, code: await issueCode(uses, user, flow) })
  const result = await logIn.proceed({ user, methods: ['provider'], delivery })
  if (result.status === 'logged_in') return returnTo
  // The challenge stands in no URL: the page gets another one for the code.
  const code = await issueCode(uses, user, flow)
  return withParameters(parts.logInPage, { provider, code, return_to: returnTo })
}

/** Who waits for tokens or a link waits where they come back to; who logs in goes to the page for that. */
function failedAt(
  { logInPage }: ProviderParts,
  provider: string,
  { flow, error }: { readonly flow: Flow | undefined; readonly error: AshlarError },
): string {
  const parameters = { provider, error: error.code }
  if (flow === undefined) return withParameters(logInPage, parameters)
  if (flow.link !== undefined || flow.delivery === 'tokens') return withParameters(flow.returnTo, parameters)
  return withParameters(logInPage, { ...parameters, return_to: flow.returnTo })
}

/** Gives what the code of a redirect stands for. */
export function exchangeOperation<Name extends string>(parts: ProviderParts<Name>) {
  const { core } = parts
  return route.post(
    '/:provider/exchange',
    {
      access: anyone,
      summary: 'Exchange the code of a log-in',
      description:
        'Within 60 seconds, once: by the `verifier` of the `challenge` that the log-in began with; where it had none, in the same browser.',
      params: providerParams(parts.names),
      body: z.object({ code: Code, verifier: Verifier.optional() }),
      uses: { oneTimeTokens: core.oneTimeTokens, userRows: core.userRows, logIn: core.logIn },
      response: LogInResult,
      errors: [TokenInvalid, Unauthenticated],
    },
    async ({ params: { provider }, body, request, logIn, ...uses }) => {
      const taken = await takeCode({ ...uses, request }, provider, body)
      return logIn.proceed({ ...taken, methods: ['provider'] })
    },
  )
}
