import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const readme = readFileSync('README.md', 'utf8')

test('the example of the README is examples/quickstart/app.ts, whole', () => {
  const example = readFileSync('examples/quickstart/app.ts', 'utf8')
  expect(readme).toContain(`\`\`\`ts\n// examples/quickstart/app.ts\n${example}\`\`\`\n`)
})

test('the example is at most 60 lines', () => {
  const lines = readFileSync('examples/quickstart/app.ts', 'utf8').split('\n')
  expect(lines.filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(60)
})

test('the commands of the README are scripts of package.json', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }
  const named = [...readme.matchAll(/npm (?:run )?([a-z]+(?::[a-z]+)*)/g)].map(([, name = '']) => name)
  const own = ['install', 'init', 'pkg', 'pack', 'registry', 'package']
  expect(named.filter((name) => !own.includes(name) && !(name in scripts))).toEqual([])
})
