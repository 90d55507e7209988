import { z } from 'zod'
import { named } from '../../schema/named.ts'

/** Bytes as WebAuthn's JSON has them. */
const bytes = (maxLength: number) =>
  z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/)
    .max(maxLength)

/** At most 1023 bytes (WebAuthn Level 3, section 5.8.4). */
const CredentialId = bytes(1364)
const ClientData = bytes(8192)
/** Signatures of algorithms for the time after quantum computers have some 5 kB. */
const Signed = bytes(16_384)

const Credential = { id: CredentialId, rawId: CredentialId, type: z.literal('public-key') }
/** No extension is looked at. */
const extensions = { clientExtensionResults: z.record(z.string(), z.unknown()).default({}) }

/** What `credential.toJSON()` gives in a browser after `navigator.credentials.create()`: RegistrationResponseJSON. */
export const Attestation = named(
  'PasskeyAttestation',
  z.object({
    ...Credential,
    ...extensions,
    response: z.object({
      clientDataJSON: ClientData,
      attestationObject: bytes(65_536),
      transports: z.array(z.string().max(50)).max(10).optional(),
    }),
  }),
)

/** What it gives after `navigator.credentials.get()`: AuthenticationResponseJSON. */
export const Assertion = named(
  'PasskeyAssertion',
  z.object({
    ...Credential,
    ...extensions,
    response: z.object({
      clientDataJSON: ClientData,
      authenticatorData: Signed,
      signature: Signed,
      userHandle: bytes(86).nullish(),
    }),
  }),
)

const Described = z.object({
  type: z.literal('public-key'),
  id: z.string(),
  transports: z.array(z.string()).optional(),
})

/** For `PublicKeyCredential.parseCreationOptionsFromJSON()`: PublicKeyCredentialCreationOptionsJSON. */
export const CreationOptions = named(
  'PasskeyCreationOptions',
  z.object({
    rp: z.object({ id: z.string(), name: z.string() }),
    user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
    challenge: z.string(),
    pubKeyCredParams: z.array(z.object({ type: z.literal('public-key'), alg: z.int() })),
    timeout: z.int(),
    excludeCredentials: z.array(Described),
    authenticatorSelection: z.object({ residentKey: z.string(), userVerification: z.string() }),
    attestation: z.string(),
  }),
)
export type CreationOptions = z.infer<typeof CreationOptions>

/** For `PublicKeyCredential.parseRequestOptionsFromJSON()`: PublicKeyCredentialRequestOptionsJSON. */
export const RequestOptions = named(
  'PasskeyRequestOptions',
  z.object({
    challenge: z.string(),
    timeout: z.int(),
    rpId: z.string(),
    userVerification: z.string(),
    /** Absent where the authenticator offers what it has. */
    allowCredentials: z.array(Described).optional(),
  }),
)
export type RequestOptions = z.infer<typeof RequestOptions>
