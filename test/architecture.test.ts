import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { entryPoints, publicExports } from '../scripts/public-surface.ts'

/** What each folder of src/ may import, downhill. ARCHITECTURE.md has the same table in words. */
const DOWNHILL: Readonly<Record<string, { readonly values: readonly string[]; readonly types?: readonly string[] }>> = {
  core: { values: [] },
  schema: { values: ['core'] },
  http: { values: ['core', 'schema'] },
  openapi: { values: ['core', 'schema'] },
  data: { values: ['core', 'schema'] },
  mail: { values: ['core'] },
  observe: { values: ['core'] },
  redis: { values: ['core'] },
  settings: { values: ['core', 'schema'] },
  limits: { values: ['core'] },
  cache: { values: ['core', 'schema'], types: ['redis'] },
  auth: { values: ['core', 'schema', 'data', 'mail', 'limits'], types: ['redis'] },
  client: { values: ['core'], types: ['schema'] },
  app: { values: ['core', 'schema', 'http', 'openapi', 'settings', 'observe'], types: ['data'] },
  testing: { values: ['core', 'http', 'data', 'mail', 'client', 'app'] },
  cli: { values: ['core', 'openapi', 'data', 'app', 'settings', 'observe'] },
  'index.ts': { values: ['core', 'schema', 'app'] },
}

const MAX_LINES = 400

interface Import {
  readonly specifier: string
  readonly typeOnly: boolean
  /** Loaded where it is needed, not with the file. */
  readonly onUse: boolean
}

const read = (file: string): string => readFileSync(file, 'utf8')
const sources = globSync('src/**/*.ts').filter((file) => !/\.test(-d)?\.ts$|\.fixture\.ts$|\/test\//.test(file))
const importsByFile = new Map(sources.map((file) => [file, importsOf(read(file))]))

function importsOf(text: string): Import[] {
  const fixed = [...text.matchAll(/^(?:import|export)\s+(type\s)?[^'"]*?from\s+'([^']+)'/gm)]
  const bare = [...text.matchAll(/^import\s+(type\s)?'([^']+)'/gm)]
  const dynamic = [...text.matchAll(/^[^*\n]*\bimport\(()'([^']+)'\)/gm)]
  return [...fixed, ...bare, ...dynamic].map((match) => ({
    specifier: match[2] ?? '',
    typeOnly: match[1] !== undefined && match[1] !== '',
    onUse: dynamic.includes(match),
  }))
}

/** `core` for src/core/errors/index.ts. */
const folderOf = (file: string): string => file.split('/')[1]!

function resolve(from: string, specifier: string): string {
  return specifier.startsWith('.') ? join(dirname(from), specifier) : specifier
}

/** Every file and package that comes along at run time. */
function reachedFrom(file: string, seen = new Set<string>(), comes: (one: Import) => boolean = isValue): Set<string> {
  if (seen.has(file)) return seen
  seen.add(file)
  for (const one of importsByFile.get(file) ?? [])
    if (comes(one)) reachedFrom(resolve(file, one.specifier), seen, comes)
  return seen
}

function isValue({ typeOnly }: Import): boolean {
  return !typeOnly
}

/** Every file and package that is loaded with the file, before anything of it is used. */
function loadedWith(file: string): Set<string> {
  return reachedFrom(file, new Set(), (one) => isValue(one) && !one.onUse)
}

describe('imports', () => {
  test('every folder of src has its place in the table', () => {
    expect([...new Set(sources.map(folderOf))].filter((folder) => !(folder in DOWNHILL))).toEqual([])
  })

  test('run downhill only', () => {
    const uphill = sources.flatMap((file) => {
      const from = folderOf(file)
      const { values = [], types = [] } = DOWNHILL[from] ?? {}
      return importsByFile
        .get(file)!
        .filter(({ specifier }) => specifier.startsWith('.'))
        .filter(({ specifier, typeOnly }) => {
          const to = folderOf(resolve(file, specifier))
          return to !== from && !values.includes(to) && !(typeOnly && types.includes(to))
        })
        .map(({ specifier }) => `${file} imports ${specifier}`)
    })
    expect(uphill).toEqual([])
  })

  test('name files that exist, inside the package', () => {
    const lost = sources.flatMap((file) =>
      importsByFile
        .get(file)!
        .filter(({ specifier }) => specifier.startsWith('.') || specifier.startsWith('ashlar'))
        .filter(({ specifier }) => !existsSync(resolve(file, specifier)))
        .map(({ specifier }) => `${file} imports ${specifier}`),
    )
    expect(lost).toEqual([])
  })

  test('of the client reach nothing of Node and no package, so that it runs in a browser', () => {
    const foreign = [...reachedFrom('src/client/index.ts')].filter((name) => !name.startsWith('src/'))
    expect(foreign).toEqual([])
  })

  test('of the core reach no server and no database', () => {
    const core = sources.filter((file) => folderOf(file) === 'core').flatMap((file) => importsByFile.get(file)!)
    const allowed = /^(\.|zod|node:async_hooks$)/
    expect(core.map(({ specifier }) => specifier).filter((specifier) => !allowed.test(specifier))).toEqual([])
  })

  test('of an app without a database reach no database driver', () => {
    expect(reachedFrom('src/index.ts')).not.toContain('pg')
    expect(reachedFrom('src/index.ts')).not.toContain('drizzle-orm')
  })

  test('of accounts load what signs, counts and logs in elsewhere only where it is needed, so that apps start sooner', () => {
    const loaded = [...loadedWith('src/auth/index.ts')]
    const late = /^(jose|rate-limiter-flexible|openid-client|@simplewebauthn|redis|nodemailer)(\/|$)/
    expect(loaded.filter((name) => late.test(name))).toEqual(['jose/errors'])
    expect(reachedFrom('src/auth/index.ts')).toContain('jose/jwt/verify')
  })
})

describe('files', () => {
  test('have no default export and no star export', () => {
    const found = sources.filter((file) => /^export (default|\*)/m.test(read(file)))
    expect(found).toEqual([])
  })

  test(`are at most ${MAX_LINES} lines long`, () => {
    const long = sources.map((file) => ({ file, lines: read(file).split('\n').length }))
    expect(long.filter(({ lines }) => lines > MAX_LINES)).toEqual([])
  })
})

const entries = entryPoints()

describe('the public surface', () => {
  test.each(entries)('ashlar$path leads to a source and to what is built from it', ({ target }) => {
    const source = target['ashlar-source']!
    expect(existsSync(source)).toBe(true)
    const built = source.replace('./src/', './dist/').replace(/\.ts$/, '')
    expect(target).toEqual({ 'ashlar-source': source, types: `${built}.d.ts`, default: `${built}.js` })
  })

  test.each(entries)('ashlar$path documents everything it exports', (entry) => {
    const bare = publicExports([entry]).filter(({ declaredAs, file }) => !isDocumented(declaredAs, file))
    expect(bare.map(({ name, file }) => `${name} in ${file}`)).toEqual([])
  })
})

/** Whether the declaration has TSDoc above it. */
function isDocumented(name: string, file: string): boolean {
  const text = read(file)
  const declaration = new RegExp(
    `^export (?:declare )?(?:abstract )?(?:async )?(?:const|function\\*?|class|interface|type) ${name}\\b`,
    'm',
  ).exec(text)
  return declaration !== null && /\*\/\s*$/.test(text.slice(0, declaration.index))
}
