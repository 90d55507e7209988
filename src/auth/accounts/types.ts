import type { Authenticator } from '../../core/access/index.ts'
import type {
  Conflict,
  ErrorClass,
  Forbidden,
  NotFound,
  TooManyRequests,
  ValidationFailed,
} from '../../core/errors/index.ts'
import type { ExtensibleRouter } from '../../core/extensible-router.ts'
import type { Operation } from '../../core/operation.ts'
import type { Router } from '../../core/router.ts'
import type { Schema } from '../../core/schema.ts'
import type { ChangesOf, ColumnName, NewRowOf, RowOf } from '../../data/columns/table-types.ts'
import type { UniqueViolation } from '../../data/errors.ts'
import type { CursorInvalid, QueryInvalid } from '../../data/query/errors.ts'
import type { ListQueryInput } from '../../data/query/list-input.ts'
import type { Page } from '../../data/resource/types.ts'
import type { AccountsCore, IdentityRules } from '../core/accounts-core.ts'
import type { RecentAuthenticationRequired } from '../core/errors.ts'
import type { Identity } from '../identity.ts'
import type { UserTable } from '../tables/user-columns.ts'
import type { SessionFacts } from './me.ts'
import type { AccountOperations, AdminOperations } from './operations.ts'
import type { MailMaySent } from './parts.ts'
import type { AccountServices } from './services.ts'

type OptionOf<Options, Name extends string> = Options extends { readonly [N in Name]: readonly (infer Value)[] }
  ? Value
  : never
type Profile<Options> = OptionOf<Options, 'profile'>
type Flat<T> = { [K in keyof T]: T[K] }
type Known<Users extends UserTable, Names> = Extract<ColumnName<Users>, Names>

/** What registers a user: an address, a password, and the columns of the profile. */
export type NewAccount<Users extends UserTable, Options> = Flat<
  { email: string; password: string } & Pick<NewRowOf<Users>, keyof NewRowOf<Users> & Profile<Options>>
>

/** What users see of themselves. */
export type Me<Users extends UserTable, Options> = Flat<
  Pick<RowOf<Users>, Known<Users, 'id' | 'email' | 'emailVerifiedAt' | 'roles' | Profile<Options>>> & {
    permissions: string[]
    session: SessionFacts
  }
>

type Administered = 'id' | 'email' | 'emailVerifiedAt' | 'roles' | 'disabledAt' | 'createdAt' | 'updatedAt'

/** What administrators see of a user. */
export type AdministeredUser<Users extends UserTable, Options> = Pick<
  RowOf<Users>,
  Known<Users, Administered | Profile<Options>>
>

interface AccountOperation<Inputs, R extends Schema | undefined, E extends ErrorClass> extends Operation<{
  readonly path: string
  readonly inputs: Inputs
  readonly uses: {}
  readonly response: R
  readonly errors: E
}> {
  readonly response: R
}

/** The operations whose types follow from the app's table. */
interface OfTable<Users extends UserTable, Options> {
  readonly register: AccountOperation<
    { readonly body: Schema<NewAccount<Users, Options>> },
    typeof MailMaySent,
    typeof Conflict | typeof TooManyRequests | typeof ValidationFailed
  >
  readonly me: AccountOperation<{}, Schema<Me<Users, Options>>, typeof NotFound>
  readonly updateMe: AccountOperation<
    { readonly body: Schema<Pick<ChangesOf<Users>, keyof ChangesOf<Users> & Profile<Options>>> },
    Schema<Me<Users, Options>>,
    typeof NotFound | typeof Forbidden | typeof UniqueViolation | typeof Conflict
  >
}

type Asked<Users extends UserTable, Options> = Known<
  Users,
  'email' | 'emailVerifiedAt' | 'disabledAt' | 'createdAt' | OptionOf<Options, 'logInWith'>
>
type Id<Users extends UserTable> = { readonly params: Schema<Pick<RowOf<Users>, Known<Users, 'id'>>> }
type AdminAnswer<Users extends UserTable, Options> = Schema<AdministeredUser<Users, Options>>

interface AdminOfTable<Users extends UserTable, Options> {
  readonly list: AccountOperation<
    {
      readonly query: Schema<
        ListQueryInput<
          Users,
          { readonly filter: readonly Asked<Users, Options>[]; readonly sort: readonly Asked<Users, Options>[] }
        >
      >
    },
    Schema<Page<AdministeredUser<Users, Options>>>,
    typeof QueryInvalid | typeof CursorInvalid | typeof Forbidden
  >
  readonly read: AccountOperation<Id<Users>, AdminAnswer<Users, Options>, typeof NotFound | typeof QueryInvalid>
  readonly setRoles: AccountOperation<
    Id<Users> & { readonly body: Schema<{ readonly roles: readonly string[] }> },
    AdminAnswer<Users, Options>,
    typeof NotFound | typeof Conflict | typeof ValidationFailed | typeof RecentAuthenticationRequired
  >
  readonly disable: AccountOperation<Id<Users>, AdminAnswer<Users, Options>, typeof NotFound | typeof Conflict>
  readonly enable: AccountOperation<Id<Users>, AdminAnswer<Users, Options>, typeof NotFound | typeof Conflict>
}

type Absent<Options> = Options extends { readonly register: { readonly verification: 'closed' } } ? 'register' : never

/** The operations of accounts, by their names. */
export type AccountChildren<Users extends UserTable, Options> = Omit<
  AccountOperations,
  keyof OfTable<Users, Options> | 'admin'
> &
  Omit<OfTable<Users, Options>, Absent<Options>> & {
    readonly admin: Router<AdminChildren<Users, Options>>
  }

// Mapped, since an interface is no record of operations.
type AdminChildren<Users extends UserTable, Options> = Omit<AdminOperations, keyof AdminOfTable<Users, Options>> &
  Flat<AdminOfTable<Users, Options>>

/** Accounts of an app: who calls, who may, and the operations. */
export interface Accounts<Users extends UserTable = UserTable, Options = unknown> {
  readonly kind: 'accounts'
  /** For `createApp({ auth })`, which takes the accounts themselves as well. */
  readonly authenticators: readonly [Authenticator<Identity>, ...Authenticator<Identity>[]]
  /** The access rules, with the identity as `user`. */
  readonly access: IdentityRules
  /** The operations below `/auth`: each can be replaced or taken away. */
  readonly api: ExtensibleRouter<AccountChildren<Users, Options>>
  /** What the operations are made of, for operations of your own. */
  readonly services: AccountServices<Users>
  /** What factors, keys, providers and the authorization server build on. */
  readonly core: AccountsCore
}
