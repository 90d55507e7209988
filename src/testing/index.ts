export { factory } from './factory.ts'
export type {
  BuiltRow,
  Factory,
  FactoryContext,
  FactoryHandle,
  FactoryInput,
  FactoryValues,
  KnownColumns,
  RelatedFactory,
  RelationsOf,
} from './factory-types.ts'
export { mailbox } from './mailbox.ts'
export type { TestMailbox } from './mailbox.ts'
export { testApp } from './test-app.ts'
export type { TestApp, TestAppOptions, TestCaller, TestRequestInit } from './test-app.ts'
