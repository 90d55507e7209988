import { expect, test } from 'vitest'
import type { AccountsCore } from '../core/accounts-core.ts'
import { organisationParts } from './options.ts'
import { organisationRules } from './rules.ts'

const core = (organisations: unknown) =>
  ({ options: { organisations }, access: { rule: () => undefined } }) as unknown as AccountsCore

test('invitations hold a week, and a user may have 20 organisations', () => {
  const parts = organisationParts(core({ tables: {}, roles: { owner: ['organisation:*'] } }), {})
  expect(parts).toMatchObject({ ownerRole: 'owner', invitationSeconds: 604_800, maxPerUser: 20 })
})

test.each([
  [undefined, {}, 'the accounts have none'],
  [{ roles: { boss: ['*'] } }, {}, 'the role "owner" of who makes an organisation lacks organisation:update'],
  [{ roles: { owner: ['organisation:update'] } }, {}, 'lacks organisation:remove, organisation:members'],
  [{ roles: { owner: ['*'] } }, { maxPerUser: 0 }, 'maxPerUser'],
  [{ roles: { owner: ['*'] } }, { invitationExpiresInDays: 0.5 }, 'invitationExpiresInDays'],
])('what cannot be is refused where it is declared: %j %j', (organisations, options, message) => {
  expect(() => organisationParts(core(organisations), options)).toThrow(message)
})

test('a rule about a role that nobody can have is refused', () => {
  const rules = organisationRules(organisationParts(core({ roles: { owner: ['*'] } }), {}))
  expect(() => rules.role('ownr')).toThrow('there is no role "ownr"')
})
