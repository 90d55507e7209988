import { is } from 'drizzle-orm'
import { PgTable } from 'drizzle-orm/pg-core'
import type { Database } from '../database.ts'
import type { DrizzleSchema } from '../drizzle.ts'
import { modelOf } from '../model/model.ts'
import { definitionOf } from '../repository/definition.ts'
import { repositoryParts, type RepositoryParts } from '../repository/stored-rows.ts'
import { declaredOf } from '../resource/declared.ts'
import { singularName } from '../resource/names.ts'
import { relationsIn } from '../rows/relation.ts'
import { deletionIn, rowsDeclaredBy, rowsDeclaredOf } from './declared-rows.ts'

/** Finds what a system's repository is made of, once for each thing it is asked about. */
export class SystemParts {
  readonly #database: Database<DrizzleSchema>
  readonly #known = new WeakMap<object, RepositoryParts>()

  constructor(database: Database<DrizzleSchema>) {
    this.#database = database
  }

  of(rows: object): RepositoryParts {
    const known = this.#known.get(rows) ?? this.#make(rows)
    this.#known.set(rows, known)
    return known
  }

  #make(rows: object): RepositoryParts {
    if (is(rows, PgTable)) return this.#ofTable(rows)
    const declared = declaredOf(rows) ?? rowsDeclaredBy(rows)
    if (declared === undefined)
      throw new TypeError(
        'repository(of) of a system access takes a Drizzle table, a resource, or a dependency made by repository(...).',
      )
    if (declared.database !== this.#database)
      throw new TypeError(
        `The rows of ${declared.name} are in the database "${(declared.database as Database).name}", and this system access is of "${this.#database.name}".`,
      )
    return repositoryParts(declared)
  }

  /** As the table says, and no more; but changes that a declaration keeps in the audit trail are kept here too. */
  #ofTable(table: PgTable): RepositoryParts {
    const model = modelOf(table)
    const journal = rowsDeclaredOf(this.#database, table).find((each) => each.definition.journal !== undefined)
      ?.definition.journal
    const relationsOf = relationsIn(this.#database.options.schema, deletionIn(this.#database))
    return repositoryParts({
      definition: definitionOf({ model, access: {}, relationsOf, journal }),
      name: singularName(model.name),
    })
  }
}
