import { describe, expect, it } from 'vitest'
import { decide } from '../core/access/decision.ts'
import {
  allOf,
  anyOf,
  anyone,
  authenticated,
  optionallyAuthenticated,
  permission,
  role,
  rule,
  scope,
  type AccessRule,
  type Authenticator,
} from '../core/access/index.ts'
import { Problems } from '../core/graph/problems.ts'
import { accessInWords, canForbid, SecuritySchemes } from './security.ts'
import { apiKey, bearer, login } from './test/sample.ts'

function requirements(rules: readonly AccessRule[], auth: readonly Authenticator[] = [login]): unknown {
  return new SecuritySchemes(new Problems()).requirements('x', decide(rules, auth))
}

describe('SecuritySchemes', () => {
  it('opens what is public to everyone', () => {
    expect(requirements([anyone])).toEqual([])
  })

  it('lists one alternative for each authenticator, and none at all where credentials are optional', () => {
    expect(requirements([authenticated], [bearer, apiKey])).toEqual([{ bearer: [] }, { apiKey: [] }])
    expect(requirements([optionallyAuthenticated], [bearer])).toEqual([{ bearer: [] }, {}])
  })

  it('asks OAuth2 for scopes only, and all others for every grant', () => {
    const rules = [allOf(scope('write'), role('admin')), permission('post')]
    expect(requirements(rules, [login, bearer])).toEqual([{ login: ['write'] }, { bearer: ['admin', 'post', 'write'] }])
  })

  it('lists the alternatives of anyOf, each with what the other rules demand as well', () => {
    expect(requirements([scope('a'), anyOf(scope('b'), allOf(scope('c'), scope('d')))])).toEqual([
      { login: ['a', 'b'] },
      { login: ['a', 'c', 'd'] },
    ])
  })

  it('names only the authenticator where the alternatives are too many to list', () => {
    const many = Array.from({ length: 5 }, (_, index) => anyOf(scope(`a${index}`), scope(`b${index}`)))
    expect(requirements(many)).toEqual([{ login: [] }])
  })

  it('joins the flows of operations that give the tokens, to a scheme of OAuth2 alone', () => {
    const schemes = new SecuritySchemes(new Problems())
    schemes.requirements('x', decide([scope('posts:read')], [login, bearer]))
    const clientCredentials = { tokenUrl: '/oauth/token', scopes: { all: 'All' } }
    schemes.addFlows({ scheme: 'login', flows: { clientCredentials } }, '/auth/token')
    schemes.addFlows({ scheme: 'bearer', flows: { clientCredentials } }, '/auth/token')
    schemes.addFlows({ scheme: 'unknown', flows: { clientCredentials } }, '/auth/token')
    expect(schemes.components()).toMatchObject({
      login: { flows: { password: { tokenUrl: '/token' }, clientCredentials } },
    })
    expect(Object.keys(schemes.components())).toEqual(['login', 'bearer'])
    expect(schemes.components()['bearer']).not.toHaveProperty('flows')
  })

  it('gives a flow the place of the operation that ends it', () => {
    const schemes = new SecuritySchemes(new Problems())
    schemes.requirements('x', decide([authenticated], [login]))
    schemes.addFlows({ scheme: 'login', flows: { password: {} } }, '/v1/auth/token')
    expect(schemes.components()).toMatchObject({
      login: { flows: { password: { tokenUrl: '/v1/auth/token', refreshUrl: '/v1/auth/token', scopes: {} } } },
    })
  })

  it('adds the scopes in use to those that a scheme describes', () => {
    const schemes = new SecuritySchemes(new Problems())
    schemes.requirements('x', decide([scope('posts:write'), scope('posts:read')], [login]))
    expect(schemes.components()).toEqual({
      login: {
        type: 'oauth2',
        flows: { password: { tokenUrl: '/token', scopes: { 'posts:read': 'Read posts', 'posts:write': '' } } },
      },
    })
  })

  it('reports two authenticators of one name that are not alike', () => {
    const problems = new Problems()
    const schemes = new SecuritySchemes(problems)
    schemes.requirements('a', decide([authenticated], [bearer]))
    schemes.requirements('b', decide([authenticated], [{ ...bearer }]))
    problems.throwIfAny()
    schemes.requirements('c', decide([authenticated], [{ ...apiKey, name: 'bearer' }]))
    expect(() => problems.throwIfAny()).toThrow('c: two authenticators with different schemes are named "bearer"')
  })
})

describe('canForbid', () => {
  const custom = rule({ name: 'owner' }, () => true)
  it.each<[boolean, string, AccessRule]>([
    [false, 'anyone', anyone],
    [false, 'authenticated', authenticated],
    [false, 'anyOf(authenticated, role)', anyOf(authenticated, role('a'))],
    [true, 'role', role('a')],
    [true, 'a rule of your own', custom],
    [true, 'allOf(authenticated, scope)', allOf(authenticated, scope('a'))],
  ])('is %s for %s', (expected, _, access) => {
    expect(canForbid(decide([access], [bearer]))).toBe(expected)
  })
})

describe('accessInWords', () => {
  it('says each rule once, and nothing of those that ask nothing', () => {
    expect(accessInWords(decide([anyone], []))).toBe('anyone')
    expect(accessInWords(decide([anyone, role('a'), role('a')], []))).toBe('role(a)')
    expect(accessInWords(decide([authenticated, anyOf(role('a'), scope('b'))], []))).toBe(
      'allOf(authenticated, anyOf(role(a), scope(b)))',
    )
  })
})
