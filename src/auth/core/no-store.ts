import { currentResponse } from '../../core/builtin.ts'
import { dependency } from '../../core/dependency.ts'

/** Answers have secrets, or say who somebody is: nobody keeps a copy (RFC 9111 section 5.2.2.5). */
export const noStore = dependency({ name: 'accounts.noStore', uses: { head: currentResponse } }, ({ head }) =>
  head.header('cache-control', 'no-store'),
)
