import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Part } from '../core/part.ts'
import { REDACTED } from '../core/secret.ts'
import { looksSecret } from '../core/secret-names.ts'
import { DEFAULT_LIMITS, resolveLimits, type Limits } from '../http/edge/limits.ts'
import { describeSettings } from '../settings/settings.ts'
import type { App } from './app.ts'
import type { AppDefinition } from './definition.ts'
import { environmentOf } from './environment.ts'
import { partsOf } from './parts.ts'

/** One value that holds for an app. */
export interface ConfigRow {
  readonly name: string
  readonly value: string
  /** `createApp`, a variable of the environment, a file, or `default`. */
  readonly source: string
}

export interface ConfigSection {
  readonly title: string
  readonly rows: readonly ConfigRow[]
}

/** What holds for an app, with where each value comes from. No secret is in it. */
export function configOf({ definition }: App): readonly ConfigSection[] {
  return [
    { title: 'settings', rows: settingRows(definition) },
    { title: 'app', rows: appRows(definition) },
    { title: 'limits', rows: limitRows(definition) },
    {
      title: 'parts',
      rows: partsOf(definition)
        .filter(({ name }) => name !== 'settings')
        .map(partRow),
    },
  ]
}

function settingRows({ settings }: AppDefinition): readonly ConfigRow[] {
  if (settings === undefined) return []
  return describeSettings(settings).map(({ name, variable, value, source }) => ({
    name,
    value,
    source: source === 'environment' ? variable : source,
  }))
}

function appRows(definition: AppDefinition): readonly ConfigRow[] {
  const environment = environmentOf(definition)
  return [
    fromOptionOr(definition.environment, 'NODE_ENV', { name: 'environment', fallback: environment }),
    fromOptionOr(definition.allowedHosts, 'ALLOWED_HOSTS', { name: 'allowedHosts', fallback: 'this machine' }),
    optionRow('docs', definition.docs, environment === 'production' ? 'off' : 'on'),
    ...OPTIONS.map(({ name, standard }) => optionRow(name, definition[name], standard)),
  ]
}

interface Named {
  readonly name: string
  readonly fallback: string
}

function fromOptionOr(option: unknown, variable: string, { name, fallback }: Named): ConfigRow {
  if (option !== undefined) return { name, value: inWords(option), source: 'createApp' }
  const given = process.env[variable]
  return given === undefined || given === ''
    ? { name, value: fallback, source: 'default' }
    : { name, value: given, source: variable }
}

/** The app's own options, and what they are where nothing is said. */
const OPTIONS = [
  { name: 'trustedProxies', standard: 'none' },
  { name: 'redirectToHttps', standard: 'off' },
  { name: 'cors', standard: 'no other origins' },
  { name: 'securityHeaders', standard: 'on' },
  { name: 'compression', standard: 'on' },
  { name: 'frontend', standard: 'none' },
  { name: 'errors', standard: 'problem' },
  { name: 'redirectSlashes', standard: 'on' },
  { name: 'limit', standard: 'none' },
  { name: 'overload', standard: 'on' },
  { name: 'logs', standard: 'on' },
  { name: 'onError', standard: 'none' },
  { name: 'health', standard: 'on' },
  { name: 'metrics', standard: 'off' },
  { name: 'tracing', standard: 'off' },
] as const satisfies readonly { readonly name: keyof AppDefinition; readonly standard: string }[]

function optionRow(name: string, option: unknown, standard: string): ConfigRow {
  return option === undefined
    ? { name, value: standard, source: 'default' }
    : { name, value: inWords(option), source: 'createApp' }
}

/** An option for people: a list by its items, an object by its plain values and lists, a limit by its name, a function by its being there. */
function inWords(option: unknown): string {
  if (option === true) return 'on'
  if (option === false) return 'off'
  if (Array.isArray(option)) return option.length === 0 ? 'none' : option.map(inWords).join(', ')
  if (option instanceof URL) return option.protocol === 'file:' ? relative('', fileURLToPath(option)) : option.href
  if (typeof option === 'function') return 'a function'
  return typeof option === 'object' && option !== null ? objectInWords(option) : String(option)
}

function objectInWords(option: object): string {
  if ('kind' in option && option.kind === 'policy' && 'name' in option) return String(option.name)
  const plain = Object.entries(option).filter(([, value]) => isPlain(value))
  return plain.length === 0
    ? 'on'
    : plain
        .map(([key, value]) => `${key}: ${typeof value === 'string' && looksSecret(key) ? REDACTED : inWords(value)}`)
        .join(', ')
}

function isPlain(value: unknown): boolean {
  if (typeof value === 'function' || value === undefined) return false
  return typeof value !== 'object' || value instanceof URL || (Array.isArray(value) && value.every(isPlain))
}

function limitRows({ limits = {} }: AppDefinition): readonly ConfigRow[] {
  const resolved = resolveLimits(limits)
  return (Object.keys(DEFAULT_LIMITS) as (keyof Limits)[]).map((name) => ({
    name,
    value: String(resolved[name]),
    source: limits[name] === undefined ? 'default' : 'createApp',
  }))
}

function partRow(part: Part): ConfigRow {
  return { name: part.name, value: part.describe?.() ?? 'started with the app', source: 'createApp' }
}
