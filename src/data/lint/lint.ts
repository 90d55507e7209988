import { allowancesOf } from './allow.ts'
import type { Finding, LintContext, LintRule } from './finding.ts'
import { createdBy, learn, nothingKnown, setsUtc, type Known } from './known.ts'
import { loadParser, type Parser } from './parser.ts'
import type { Problem, Scene } from './rule.ts'
import { allowComment, rules, syntaxError } from './rules.ts'
import type { Position } from './source.ts'
import type { Statement } from './statement.ts'

const RULE_IDS: ReadonlySet<string> = new Set(rules.map(({ id }) => id))

/**
 * Reads a migration by PostgreSQL's own grammar and finds what would stop a running app: long locks, rewrites of tables, what the app
 * still reads. The findings are in the order of the text. What stands in strings (bodies of functions, of DO) is not read.
 */
export async function lintSql(sql: string, context: LintContext): Promise<readonly Finding[]> {
  const parser = await loadParser()
  const { statements, problem } = parser.parse(sql.replace(/^\uFEFF/, ''))
  if (problem !== undefined) return [finding(syntaxError, context, problem, syntaxProblem(problem.message))]
  const known = knownFrom(parser, context.earlier ?? [])
  // Lazily: a scene is true only until the next one is made.
  return scenes(statements, { context, known, parser }).flatMap(findingsIn).toArray()
}

function syntaxProblem(message: string): Problem {
  return { message: `PostgreSQL cannot read it: ${message}.`, recipe: '' }
}

function knownFrom(parser: Parser, files: readonly string[]): Known {
  const known = nothingKnown()
  for (const file of files)
    for (const { node } of parser.parse(file.replace(/^\uFEFF/, '')).statements) learn(known, node)
  return known
}

interface Start {
  readonly context: LintContext
  readonly known: Known
  readonly parser: Parser
}

/** The statements one after the other, each with what is known when it runs. */
function* scenes(statements: readonly Statement[], { context, known, parser }: Start): Generator<Scene> {
  const created = new Set<string>()
  const typesBefore: ReadonlySet<string> = new Set(known.types)
  let utc = false
  for (const [index, statement] of statements.entries()) {
    yield {
      statement,
      statements,
      index,
      context,
      known,
      typesBefore,
      utc,
      isNew: (table) => created.has(table) || context.createdTables?.has(table) === true,
      name: (...parts) => parts.flatMap((part) => (part === undefined ? [] : parser.quote(part))).join('.'),
    }
    for (const table of createdBy(statement.node)) created.add(table)
    learn(known, statement.node)
    utc = setsUtc(statement.node) ?? utc
  }
}

function findingsIn(scene: Scene): Finding[] {
  const { statement, context } = scene
  const allowed = allowancesOf(statement, RULE_IDS)
  const ofComments = allowed.problems.map((problem) =>
    finding(allowComment, context, problem, { message: problem.message, recipe: allowRecipe(statement) }),
  )
  const ofRules = rules
    .filter(({ id }) => !allowed.rules.has(id))
    .flatMap((rule) =>
      [...rule.check(scene)].map((problem) => finding(rule, context, placeOf(statement, problem), problem)),
    )
  return [...ofComments, ...ofRules]
}

function allowRecipe({ text }: Statement): string {
  return `-- ashlar: allow ${rules[0]!.id} why it does no harm here\n${text};`
}

function placeOf(statement: Statement, { location }: Problem): Position {
  return location === undefined ? statement.start : statement.positionOf(location)
}

function finding(rule: LintRule, { file }: LintContext, { line, column }: Position, problem: Problem): Finding {
  const { id, severity } = rule
  return { rule: id, severity, file, line, column, message: problem.message, recipe: problem.recipe }
}
