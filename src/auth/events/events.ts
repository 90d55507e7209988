import { currentCaller, currentRequest } from '../../core/builtin.ts'
import { dependency } from '../../core/dependency.ts'
import type { AccountsCore } from '../core/accounts-core.ts'
import type { AccountsBase } from '../core/base.ts'
import type { AccountEvents } from '../core/services.ts'

/** Writes what happened into the operation's transaction: with whose request it was, and where it came from. */
export function eventsDependency({ tables, tx }: AccountsBase & Pick<AccountsCore, 'tx'>): AccountsCore['events'] {
  return dependency(
    { name: 'accounts.events', uses: { tx, head: currentRequest, caller: currentCaller } },
    ({ tx: transaction, head, caller }): AccountEvents => ({
      record: async (event, { userId, actorId, details = {} }) => {
        const actor = actorId ?? caller.user?.id ?? userId
        await transaction.insert(tables.authEvents).values({
          event,
          userId: asText(userId),
          actorId: asText(actor),
          requestId: head.id,
          address: head.address,
          details,
        })
      },
    }),
  )
}

function asText(id: string | number | undefined): string | null {
  return id === undefined ? null : String(id)
}
