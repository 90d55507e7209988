import { expect, test } from 'vitest'
import { createApp, mount, route, router, type AppDefinition } from 'ashlar'
import { anyone } from 'ashlar/access'
import { keptLog, serving } from './serving.fixture.ts'

const seen: string[] = []
const api = router('', {
  read: route.get('/things/:id', { access: anyone }, ({ params }) => void seen.push(params.id)),
  write: route.post('/things', { access: anyone }, () => void seen.push('written')),
})
const behind: Partial<AppDefinition> = { redirectToHttps: true, trustedProxies: ['loopback'], logger: keptLog().logger }

const line = (request: string, more = ''): string =>
  `${request} HTTP/1.1\r\nhost: localhost:8080\r\nconnection: close\r\n${more}\r\n`

test('who comes by http is sent to the same place by https, before anything runs', async () => {
  await using t = await serving(api, behind)
  const answer = await t.send(line('GET /things/1?a=b%20c'))
  expect(answer).toMatch(/^HTTP\/1.1 308 /)
  expect(answer).toContain('location: https://localhost/things/1?a=b%20c\r\n')
  expect(await t.send(line('POST /things', 'content-length: 0\r\n'))).toMatch(
    /^HTTP\/1.1 308 [\s\S]*https:\/\/localhost\/things\r\n/,
  )
  expect(await t.send(line('GET /things/1', 'x-forwarded-proto: http\r\n'))).toMatch(/^HTTP\/1.1 308 /)
  expect(seen).toEqual([])
  expect(await t.send(line('GET /things/1', 'x-forwarded-proto: https\r\n'))).toMatch(/^HTTP\/1.1 204 /)
  expect(seen).toEqual(['1'])
})

test('a peer that is no proxy cannot say that it came by https', async () => {
  await using t = await serving(api, { ...behind, trustedProxies: ['192.0.2.1'] })
  expect(await t.send(line('GET /things/1', 'x-forwarded-proto: https\r\n'))).toMatch(/^HTTP\/1.1 308 /)
})

test('the path under which the proxy serves the app is a part of it', async () => {
  await using t = await serving(api, { ...behind, rootPath: '/shop' })
  expect(await t.send(line('GET /things/1'))).toContain('location: https://localhost/shop/things/1\r\n')
})

test('probes are answered over http, and what else is named', async () => {
  const token = 'of-whoever-collects-them'
  await using t = await serving(api, { ...behind, redirectToHttps: { except: ['/things/1'] }, metrics: { token } })
  // Who collects metrics calls each process by its address, where there is no https, and whatever the host is called.
  const scrape = `GET /metrics HTTP/1.1\r\nhost: 10.0.0.7:3000\r\nauthorization: Bearer ${token}\r\nconnection: close\r\n\r\n`
  expect(await t.send(scrape)).toMatch(/^HTTP\/1.1 200 /)
  for (const path of ['/healthz', '/readyz']) expect(await t.send(line(`GET ${path}`))).toMatch(/^HTTP\/1.1 200 /)
  expect(await t.send(line('GET /things/1'))).toMatch(/^HTTP\/1.1 204 /)
  expect(await t.send(line('GET /things/2'))).toMatch(/^HTTP\/1.1 308 /)
})

test('a host that is not on the list is refused as ever, and a mounted app is part of it', async () => {
  const inner = createApp({ title: 'I', version: '1', environment: 'test', api })
  await using t = await serving(api, { ...behind, mounts: [mount('/in', inner)] })
  expect(await t.send('GET /things/1 HTTP/1.1\r\nhost: evil.test\r\nconnection: close\r\n\r\n')).toMatch(
    /^HTTP\/1.1 421 /,
  )
  expect(await t.send(line('GET /in/things/1'))).toContain('location: https://localhost/in/things/1\r\n')
})

test('without a proxy that is trusted it is a mistake: nobody would get through', () => {
  expect(() => createApp({ title: 'T', version: '1', environment: 'test', api, redirectToHttps: true })).toThrow(
    /redirectToHttps: an app learns from its proxy alone/,
  )
})
