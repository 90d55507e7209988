export { testApp } from './test-app.ts'
export type { TestApp, TestAppOptions, TestRequestInit } from './test-app.ts'
