export type { Mailer, Message } from './mailer.ts'
