import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

/** Text in a style where the terminal shows it and nobody has said NO_COLOR. */
export function styled(style: Style, text: string): string {
  return text === '' ? '' : styleText(style, text, { stream: process.stdout })
}

/** What came from outside, without what a terminal would obey. */
export function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what it is about
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd')
}

/** `1.2 ms`, `3.41 s`. */
export function duration(milliseconds: number): string {
  return milliseconds < 1_000 ? `${milliseconds.toFixed(1)} ms` : `${(milliseconds / 1_000).toFixed(2)} s`
}
