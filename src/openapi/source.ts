import type { OperationDescription } from '../core/description.ts'
import type { ErrorFormat } from '../core/errors/index.ts'

/** What the document says about the API as a whole; an app's definition has it all. */
export interface DocumentInfo {
  readonly title: string
  readonly version: string
  readonly summary?: string
  /** Markdown. */
  readonly description?: string
  readonly termsOfService?: string
  readonly contact?: { readonly name?: string; readonly url?: string; readonly email?: string }
  readonly license?: { readonly name: string; readonly identifier?: string; readonly url?: string }
  /** Default: the server that serves the document. */
  readonly servers?: readonly { readonly url: string; readonly description?: string }[]
  readonly tags?: readonly { readonly name: string; readonly description?: string }[]
  readonly externalDocs?: { readonly url: string; readonly description?: string }
  /** Path items by name, as they are. */
  readonly webhooks?: Readonly<Record<string, unknown>>
  /** The path under which a proxy serves the app: the first of the servers. */
  readonly rootPath?: string
  /** Merged deeply into the finished document. */
  readonly openapi?: Readonly<Record<string, unknown>>
}

/** What a document is built from. */
export interface DocumentSource {
  readonly info: DocumentInfo
  /** Every operation, in the order in which it is shown. Hidden ones are left out. */
  readonly operations: readonly OperationDescription[]
  readonly errors: ErrorFormat
}
