import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { databaseName, findProject } from './project.ts'

const root = mkdtempSync(join(tmpdir(), 'ashlar-project-'))
afterAll(() => rmSync(root, { recursive: true }))

describe('the project', () => {
  test('is the nearest folder upward with a package.json', () => {
    const deep = join(root, 'src', 'posts')
    mkdirSync(deep, { recursive: true })
    writeFileSync(join(root, 'package.json'), JSON.stringify({ name: '@acme/blog' }))
    expect(findProject(deep)).toEqual({ root, name: '@acme/blog' })
  })

  test('is named after its folder where its package has no name', () => {
    const folder = join(root, 'nameless')
    mkdirSync(folder)
    writeFileSync(join(folder, 'package.json'), '{}')
    expect(findProject(folder)).toEqual({ root: folder, name: 'nameless' })
  })
})

describe('a package name becomes a database name', () => {
  test.each([
    ['blog', 'blog'],
    ['@acme/blog-api', 'acme_blog_api'],
    ['7-wonders', 'app_7_wonders'],
    ['été', 't'],
    ['x'.repeat(100), 'x'.repeat(40)],
  ])('%s', (packageName, name) => {
    expect(databaseName(packageName)).toBe(name)
  })
})
