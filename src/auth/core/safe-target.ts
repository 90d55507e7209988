/** What no parser repairs: neither spaces and control characters, which browsers drop, nor backslashes, which they turn round, nor letters that look like others. */
const PLAIN = /^[\x21-\x5b\x5d-\x7e]{1,2000}$/
const PATH = /^\/(?!\/)/
/** With its slashes: `https:evil` is a path to some and a host to others. The host has no user name. */
const ABSOLUTE = /^https?:\/\/[^/?#@]+(?:[/?#]|$)/

/**
 * The address a browser may be sent on to, parsed; `undefined` where it may not (GA15). It is a path below the first of the origins, or a URL of one of them. Send the
 * browser to its `href`, never to the text that was given: what was checked is where it goes.
 *
 * @param origins - The app's own, and those it trusts.
 */
export function safeTarget(target: string, origins: readonly [string, ...string[]]): URL | undefined {
  if (!PLAIN.test(target) || !(PATH.test(target) || ABSOLUTE.test(target))) return undefined
  const [own] = origins
  if (!URL.canParse(target, own)) return undefined
  const url = new URL(target, own)
  const isOurs = PATH.test(target) ? url.origin === own : origins.includes(url.origin)
  return isOurs && url.username === '' && url.password === '' ? url : undefined
}
