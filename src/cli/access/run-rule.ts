import type { App } from '../../app/app.ts'
import type { Uses } from '../../core/dependency.ts'
import type { Principal } from '../../core/access/index.ts'
import type { CustomNode } from '../../core/access/rule.ts'
import type { OutsideRequests } from '../../core/outside-requests.ts'
import type { Schema } from '../../core/schema.ts'
import type { Step } from './step.ts'

type Found = Pick<Step, 'outcome' | 'because'>

export interface RuleRun {
  readonly app: App
  readonly user: Principal
  /** The path's parameters, as far as they are known. */
  readonly params: Readonly<Record<string, string>>
  /** Whether the app may be started for it. */
  readonly start: boolean
}

/** Asks a rule with code of its own, where what it looks at is there. */
export async function runRule(node: CustomNode, { app, user, params, start }: RuleRun): Promise<Found> {
  const absent = new Set<string>()
  const inputs: Record<string, unknown> = { user: noting(user, absent) }
  for (const [name, schema] of Object.entries(node.inputs)) {
    const read = await inputOf(schema as Schema, name === 'params' ? params : {})
    if (read === undefined) return unknown(`it reads the ${name} of a request`)
    inputs[name] = read.value
  }
  const uses = Object.keys(node.uses)
  if (uses.length > 0 && !start)
    return unknown(`it uses ${uses.join(', ')}; with --start the app is started and it is asked`)
  try {
    const passed = uses.length === 0 ? await node.check(inputs as never) : await asked(app, node, inputs)
    if (passed) return { outcome: 'yes', because: 'its code says so' }
    return absent.size > 0 ? notGiven(absent) : { outcome: 'no', because: 'its code says no' }
  } catch (error) {
    if (absent.size > 0) return notGiven(absent)
    // What a rule throws is the answer: one hides a thing by NotFound.
    return { outcome: 'no', because: `its code throws ${error instanceof Error ? error.message : 'no Error'}` }
  }
}

async function asked(app: App, node: CustomNode, inputs: Record<string, unknown>): Promise<boolean> {
  const uses = node.uses as Uses & OutsideRequests<Uses>
  try {
    return await app.run(uses, (values) => node.check({ ...inputs, ...(values as object) } as never))
  } finally {
    await app.stop()
  }
}

/** The user, with the names of what is read of it and is not there: such as when somebody proved who they are, of a user who is looked up. */
function noting(user: Principal, absent: Set<string>): Principal {
  return new Proxy(user, {
    get(target, name, receiver) {
      if (typeof name === 'string' && !(name in target)) absent.add(name)
      return Reflect.get(target, name, receiver) as unknown
    },
  })
}

function notGiven(absent: ReadonlySet<string>): Found {
  return unknown(`it reads the caller's ${[...absent].join(', ')}, which JSON can give`)
}

function unknown(because: string): Found {
  return { outcome: 'unknown', because }
}

/** The values as texts, as a path has them; where the schema wants numbers, as those. */
async function inputOf(
  schema: Schema,
  texts: Readonly<Record<string, string>>,
): Promise<{ value: unknown } | undefined> {
  const numbers = Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, /^-?\d+$/.test(text) ? Number(text) : text]),
  )
  for (const candidate of [texts, numbers]) {
    const result = await schema['~standard'].validate(candidate)
    if (result.issues === undefined) return result
  }
  return undefined
}
