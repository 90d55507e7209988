import { z } from 'zod'
import { BadRequest } from '../../core/errors/index.ts'
import { named } from '../../schema/named.ts'
import { isPublic, type ClientRow } from './clients.ts'
import { redirectUriProblem } from './redirect-uri.ts'
import type { ScopeDescriptions } from './scope-names.ts'
import { GRANTS } from './tables.ts'

const NAME_LENGTH = 100
const URI_LENGTH = 2000
const URIS = 20

const RedirectUri = z
  .string()
  .max(URI_LENGTH)
  .superRefine((uri, context) => {
    const problem = redirectUriProblem(uri)
    if (problem !== undefined) context.addIssue({ code: 'custom', message: `The redirect URI ${problem}.` })
  })

/** What an administrator says about a client. */
export function registrationSchemas(scopes: ScopeDescriptions) {
  const [first = '', ...others] = Object.keys(scopes)
  const fields = {
    name: z.string().trim().min(1).max(NAME_LENGTH),
    redirectUris: z.array(RedirectUri).max(URIS),
    grants: z.array(z.enum(GRANTS)).min(1),
    scopes: z.array(z.enum([first, ...others])).min(1),
    firstParty: z.boolean(),
    introspectsAll: z.boolean(),
  }
  return {
    NewClient: named(
      'NewOAuthClient',
      z.object({
        ...fields,
        redirectUris: fields.redirectUris.default([]),
        firstParty: fields.firstParty.default(false),
        introspectsAll: fields.introspectsAll.default(false),
        /** A program in a browser or on a device, which can keep no secret. */
        public: z.boolean().default(false),
      }),
    ),
    ClientChanges: named('OAuthClientChanges', z.object(fields).partial()),
  }
}

/** A client as administrators see it. */
export const Client = named(
  'OAuthClient',
  z.object({
    id: z.string(),
    name: z.string(),
    public: z.boolean(),
    redirectUris: z.array(z.string()),
    grants: z.array(z.enum(GRANTS)),
    scopes: z.array(z.string()),
    firstParty: z.boolean(),
    introspectsAll: z.boolean(),
    createdAt: z.string(),
    createdBy: z.string().nullable(),
  }),
)

export function shown(row: ClientRow): z.infer<typeof Client> {
  const { secretHash: _kept, ...client } = row
  return { ...client, public: isPublic(row) }
}

/** @throws BadRequest where what is said of a client does not go together. */
export function checkTogether(client: Combined): void {
  const problem = contradiction(client)
  if (problem !== undefined) throw new BadRequest(problem)
}

type Combined = Pick<z.infer<typeof Client>, 'public' | 'grants' | 'redirectUris' | 'introspectsAll'>

function contradiction({ public: isPublicClient, grants, redirectUris, introspectsAll }: Combined): string | undefined {
  const code = grants.includes('authorization_code')
  if (isPublicClient && grants.includes('client_credentials'))
    return 'A public client cannot act for itself: it has nothing to prove who it is.'
  if (isPublicClient && introspectsAll) return 'A public client cannot introspect tokens.'
  if (code && redirectUris.length === 0) return 'The grant authorization_code needs a redirect URI.'
  if (grants.includes('refresh_token') && !code) return 'The grant refresh_token needs authorization_code.'
  return undefined
}
