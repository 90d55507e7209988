// What the package exports, read from its manifest and its index files.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** One name that users can import. */
export interface PublicExport {
  readonly name: string
  /** `ashlar`, `ashlar/data`. */
  readonly from: string
  readonly typeOnly: boolean
  /** Where it is declared, and under which name. */
  readonly file: string
  readonly declaredAs: string
}

/** A subpath of the package that leads to code. */
interface EntryPoint {
  /** `.`, `./data`. */
  readonly path: string
  readonly target: Readonly<Record<string, string>>
}

interface Manifest {
  readonly name: string
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>
}

const manifest = (): Manifest => JSON.parse(readFileSync('package.json', 'utf8')) as Manifest

/** In the order of the manifest. */
export function entryPoints(): EntryPoint[] {
  return Object.entries(manifest().exports).flatMap(([path, target]) =>
    typeof target === 'string' ? [] : [{ path, target }],
  )
}

/** Every name of every entry point; one that two of them export comes twice. */
export function publicExports(entries: readonly EntryPoint[] = entryPoints()): PublicExport[] {
  const { name } = manifest()
  return entries.flatMap(({ path, target }) =>
    namesOf(target['ashlar-source']!.slice(2)).map((each) => ({ ...declarationOf(each), from: join(name, path) })),
  )
}

type Passed = Omit<PublicExport, 'from'>

/** The names an index passes on, with the file it takes each from. */
function namesOf(index: string): Passed[] {
  const lists = readFileSync(index, 'utf8').matchAll(/^export (type )?\{([^}]*)\} from '([^']+)'/gm)
  return [...lists].flatMap(([, type, names = '', from = '']) =>
    names
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== '')
      .map((each) => {
        const [declaredAs = '', name = declaredAs] = each.replace(/^type /, '').split(' as ')
        const typeOnly = type !== undefined || each.startsWith('type ')
        return { name, declaredAs, typeOnly, file: join(dirname(index), from) }
      }),
  )
}

/** A name that is passed on once more is followed to where it is declared. */
function declarationOf(passed: Passed): Passed {
  const further = namesOf(passed.file).find(({ name }) => name === passed.declaredAs)
  return further === undefined ? passed : declarationOf({ ...further, name: passed.name, typeOnly: passed.typeOnly })
}
