export { testApp } from './test-app.ts'
export type { TestApp, TestAppOptions, TestCaller, TestRequestInit } from './test-app.ts'
