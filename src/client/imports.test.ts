import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { expect, test } from 'vitest'

/** Every module that is loaded with this one: imports of types alone are erased. */
function loaded(file: URL, seen = new Set<string>()): Set<string> {
  if (seen.has(file.href)) return seen
  seen.add(file.href)
  const source = readFileSync(file, 'utf8')
  for (const [, what = '', from = ''] of source.matchAll(/^(?:import|export)\s+([^;]*?)\s*from '([^']+)'/gm)) {
    if (what.startsWith('type ')) continue
    if (from.startsWith('.')) loaded(new URL(from, file), seen)
    else seen.add(from)
  }
  return seen
}

test('the client loads nothing but itself, the path templates, the names of headers, the causes of failures and which methods are safe: no Node, no schema library, no server', () => {
  const root = new URL('../', import.meta.url)
  const files = [...loaded(new URL('index.ts', import.meta.url))].map((href) =>
    href.startsWith('file:') ? relative(root.pathname, new URL(href).pathname) : href,
  )
  expect(files.filter((file) => !file.startsWith('client/')).toSorted()).toEqual([
    'core/header-name.ts',
    'core/path.ts',
    'core/response-cause.ts',
    'core/safe-method.ts',
  ])
})
