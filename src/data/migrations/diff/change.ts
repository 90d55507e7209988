import type {
  CatalogFunction,
  CatalogObject,
  Column,
  Constraint,
  EnumType,
  Index,
  Sequence,
  Table,
  TablePart,
  View,
} from '../catalog/catalog.ts'

/** The kinds of change, and what each is about. Tables are those of the catalog one comes from, except for what is new. */
interface Changes {
  'create schema': { readonly schema: CatalogObject }
  'drop schema': { readonly schema: CatalogObject }
  'create enum': { readonly type: EnumType }
  'drop enum': { readonly type: EnumType }
  'add enum values': { readonly from: EnumType; readonly to: EnumType }
  /** PostgreSQL cannot take a value away: the type is made again. */
  'replace enum': { readonly from: EnumType; readonly to: EnumType; readonly users: readonly EnumUser[] }
  'create sequence': { readonly sequence: Sequence }
  'drop sequence': { readonly sequence: Sequence }
  'alter sequence': { readonly sequence: Sequence }
  'create table': { readonly table: Table }
  'drop table': { readonly table: Table }
  'add column': ColumnOf
  'drop column': ColumnOf
  'change type': ColumnChange
  'change default': ColumnChange
  'change null': ColumnChange
  'change identity': ColumnChange
  'replace generated': ColumnChange
  'add constraint': ConstraintOf
  'drop constraint': ConstraintOf
  'validate constraint': ConstraintOf
  'rename constraint': ConstraintOf & { readonly from: Constraint }
  'add index': IndexOf
  'drop index': IndexOf
  'rename index': IndexOf & { readonly from: Index }
  'replace index': IndexOf & { readonly from: Index }
  'row security': { readonly table: Table; readonly to: Table }
  'create policy': { readonly table: Table; readonly policy: TablePart }
  'drop policy': { readonly table: Table; readonly policy: TablePart }
  'create trigger': { readonly table: Table; readonly trigger: TablePart }
  'drop trigger': { readonly table: Table; readonly trigger: TablePart }
  'create view': { readonly view: View }
  'drop view': { readonly view: View }
  'create function': { readonly function: CatalogFunction }
  'drop function': { readonly function: CatalogFunction }
}

export type ChangeKind = keyof Changes
export type ChangeOf<Kind extends ChangeKind> = { [K in Kind]: { readonly kind: K } & Changes[K] }[Kind]
/** One step from a catalog to another. */
export type Change = ChangeOf<ChangeKind>

export interface ColumnOf {
  readonly table: Table
  readonly column: Column
}

/** The column as it shall be, and as it is. */
export interface ColumnChange extends ColumnOf {
  readonly from: Column
}

/** A column of an enum's type, before and after. */
interface EnumUser extends ColumnOf {
  readonly to: Column | undefined
}

export interface ConstraintOf {
  readonly table: Table
  readonly constraint: Constraint
}

export interface IndexOf {
  readonly table: Table
  readonly index: Index
}
