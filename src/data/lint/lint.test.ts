import { loadModule, scanSync } from 'libpg-query'
import { describe, expect, test } from 'vitest'
import { formatFindings } from './format.ts'
import { lintFile } from './lint-files.fixture.ts'
import { lintSql } from './lint.ts'
import { statementsOf } from './statements-of.ts'

const rulesOf = async (sql: string): Promise<readonly string[]> => (await lintFile(sql)).map(({ rule }) => rule)

describe('what PostgreSQL cannot read', () => {
  test('is a finding at the place where it stops being SQL', async () => {
    const [finding, ...more] = await lintFile('SELECT 1;\nALTER TABEL posts ADD a text')
    expect(finding).toMatchObject({ rule: 'syntax-error', severity: 'error', file: '0001.sql', line: 2, column: 7 })
    expect(finding?.message).toContain('TABEL')
    expect(more).toEqual([])
  })

  test('is found where it is, whatever stands before it', async () => {
    const [finding] = await lintFile("-- é 😀\nSELECT '😀é', FROM")
    expect(finding).toMatchObject({ rule: 'syntax-error', line: 2, column: "SELECT '😀é', ".length + 1 })
  })

  test.each(["SELECT 'open", 'SELECT $$open', 'SELECT "', '/* open', 'SELECT 1) + (', `SELECT ${'('.repeat(30_000)}1`])(
    'is never a crash: %.20s',
    async (sql) => {
      expect(await rulesOf(sql)).toEqual(['syntax-error'])
    },
  )

  test('hides nothing behind a NUL', async () => {
    const [finding] = await lintFile('SELECT 1;\n\0DROP INDEX a')
    expect(finding).toMatchObject({ rule: 'syntax-error', line: 2, column: 1 })
  })

  test('is not what is merely long', async () => {
    const sum = Array.from({ length: 4000 }, () => '1').join('+')
    expect(await rulesOf(`ALTER TABLE a ADD b bigint DEFAULT ${sum}`)).toEqual([])
  })

  test('does not stop the next text from being read', async () => {
    await lintFile(`SELECT ${'1+'.repeat(100_000)}1`)
    expect(await rulesOf('DROP INDEX a')).toEqual(['drop-index-not-concurrent'])
  })
})

test.each(['', ' \n', '-- nothing', ';;', '\uFEFFSELECT 1'])('a text without findings has none: %j', async (sql) => {
  expect(await lintFile(sql)).toEqual([])
})

test('what stands in strings and comments is not read', async () => {
  expect(
    await rulesOf("SELECT 'DROP INDEX a; '; /* DROP INDEX a; */ DO $$ BEGIN PERFORM 1; END $$; -- DROP INDEX a"),
  ).toEqual([])
})

test('places are counted as editors do, behind any characters', async () => {
  const [finding] = await lintFile("SELECT '😀é';\n\n/* 😀 */ DROP INDEX a")
  expect(finding).toMatchObject({ line: 3, column: '/* 😀 */ '.length + 1 })
})

test('control characters change nothing', async () => {
  const [finding] = await lintFile("-- \u0001\u001f\u007f \\ \"\nSELECT '\u0002\v';\f DROP INDEX a")
  expect(finding).toMatchObject({ rule: 'drop-index-not-concurrent', line: 2 })
})

describe('a comment "ashlar: allow"', () => {
  test('silences its rule for the statement below it, and for no other', async () => {
    const sql = '-- ashlar: allow drop-index-not-concurrent nobody reads it\nDROP INDEX a;\nDROP INDEX b;'
    expect(await lintFile(sql)).toMatchObject([{ rule: 'drop-index-not-concurrent', line: 3 }])
  })

  test('silences no other rule', async () => {
    expect(await rulesOf('-- ashlar: allow truncate it is empty\nDROP INDEX a')).toEqual(['drop-index-not-concurrent'])
  })

  test('may stand among others', async () => {
    const sql = `-- why this is\n--ashlar: allow rename-in-use the view has the old name\n\n-- ashlar: allow truncate it is empty
      ALTER TABLE a RENAME TO b`
    expect(await rulesOf(sql)).toEqual([])
  })

  test.each([
    ['without a reason', '-- ashlar: allow drop-index-not-concurrent  ', /without a reason/],
    ['of a rule there is not', '-- ashlar: allow drop-index because', /no rule "drop-index"/],
    ['without a rule', '-- ashlar: allow', /names no rule/],
    ['of what cannot be allowed', '-- ashlar: allow syntax-error because', /no rule "syntax-error"/],
  ])('%s is a finding itself, and allows nothing', async (_, comment, message) => {
    const [first, second] = await lintFile(`SELECT 1;\n  ${comment}\nDROP INDEX a`)
    expect(first).toMatchObject({
      rule: 'allow-comment',
      line: 2,
      column: 3,
      message: expect.stringMatching(message) as string,
    })
    expect(second).toMatchObject({ rule: 'drop-index-not-concurrent', line: 3 })
  })

  test('in a string, or behind a statement, allows nothing', async () => {
    const allow = '-- ashlar: allow drop-index-not-concurrent because'
    expect(await rulesOf(`SELECT '\n${allow}\n'; DROP INDEX a; ${allow}`)).toEqual(['drop-index-not-concurrent'])
  })
})

test('the earlier migrations are known, whatever state their text is in', async () => {
  const earlier = ['CREATE TABLE posts (title varchar(5))', 'not SQL', 'ALTER TABLE posts RENAME title TO name']
  const sql = 'ALTER TABLE posts ALTER name TYPE text'
  expect(await lintFile(sql, { earlier })).toEqual([])
  expect(await rulesOf(sql)).toEqual(['column-type-rewrite'])
})

test('several findings are in the order of the text', async () => {
  const findings = await lintFile('TRUNCATE a;\nDROP INDEX b, c;\nUPDATE a SET b = 1;')
  expect(findings.map(({ rule, line }) => [rule, line])).toEqual([
    ['truncate', 1],
    ['drop-index-not-concurrent', 2],
    ['whole-table-write', 3],
  ])
})

test('findings are shown with place, rule, message and what to write', async () => {
  const findings = await lintSql('DROP INDEX a', { file: 'migrations/0002_drop.sql', transactional: true })
  expect(formatFindings([...findings, { ...findings[0]!, recipe: '', line: 7 }])).toBe(`\
migrations/0002_drop.sql:1:1 error drop-index-not-concurrent
  DROP INDEX takes ACCESS EXCLUSIVE on the table of a: every read and write waits, also while it waits itself.
  write instead:
    -- ashlar: no-transaction
    DROP INDEX CONCURRENTLY a;

migrations/0002_drop.sql:7:1 error drop-index-not-concurrent
  DROP INDEX takes ACCESS EXCLUSIVE on the table of a: every read and write waits, also while it waits itself.`)
  expect(formatFindings([])).toBe('')
})

test('names in recipes are in quotes where SQL needs them', async () => {
  const [finding] = await lintFile('ALTER TABLE "order" ALTER "Kind" SET NOT NULL')
  expect(finding?.recipe).toContain(
    'ALTER TABLE "order" ADD CONSTRAINT "order_Kind_not_null" CHECK ("Kind" IS NOT NULL) NOT VALID;',
  )
})

describe('the statements of a text', () => {
  test('are its parts by the grammar, with their places', async () => {
    const sql = `-- a; b\nSELECT ';' ;; CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END;\nDO $$ ; $$ -- é`
    expect(await statementsOf(sql)).toEqual([
      { text: "SELECT ';'", offset: 8, line: 2, column: 1 },
      {
        text: 'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END',
        offset: sql.indexOf('CREATE'),
        line: 2,
        column: 15,
      },
      { text: 'DO $$ ; $$', offset: sql.indexOf('DO'), line: 3, column: 1 },
    ])
  })

  test('of what is no SQL are an error that says where', async () => {
    await expect(statementsOf('SELECT 1;\nSELEC 2')).rejects.toThrow('2:1: syntax error at or near "SELEC"')
  })

  test('cover all tokens but semicolons', async () => {
    await loadModule()
    const sql = "SELECT 'é'; ;\n/* a */ SELECT 2, '😀' ; -- b\nSELECT 3"
    const tokens = (text: string): string[] =>
      scanSync(text).tokens.flatMap(({ text, tokenName }) =>
        tokenName.endsWith('COMMENT') || text === ';' ? [] : text,
      )
    const parts = await statementsOf(sql)
    expect(parts.flatMap(({ text }) => tokens(text))).toEqual(tokens(sql))
    for (const { text, offset } of parts) expect(sql.startsWith(text, offset)).toBe(true)
  })
})
