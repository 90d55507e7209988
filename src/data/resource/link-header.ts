import type { Documentation } from '../../core/operation.ts'
import type { RequestHead } from '../../core/request.ts'
import { WatchedHead } from '../../core/watched-head.ts'

/** What the document says of the links of a page. */
export const LINKED_PAGE: Documentation['openapi'] = {
  responses: {
    200: {
      headers: {
        link: {
          description:
            'The pages after and before this one, as rel="next" and rel="prev" (RFC 8288), where there are some.',
          schema: { type: 'string' },
        },
      },
    },
  },
}

/** The pages beside this one, as RFC 8288 links; `undefined` where it is the only one. */
export function linkHeader(
  request: RequestHead,
  { next, previous }: { readonly next: string | null; readonly previous: string | null },
): string | undefined {
  if (next === null && previous === null) return undefined
  // A list refuses parameters that are not declared: an answer that is kept says nothing here of whoever it was made for.
  const { basePath, path, search } = WatchedHead.unwatched(request)
  const asked = search.replaceAll(/(?:^|&)cursor=[^&]*/g, '').replace(/^&/, '')
  // What the client sent is sent back: encoded where a header or the link's brackets would break on it.
  const at = `${basePath}${encodeURI(path)}?${asked === '' ? '' : `${escaped(asked)}&`}cursor=`
  const links: string[] = []
  if (next !== null) links.push(`<${at}${next}>; rel="next"`)
  if (previous !== null) links.push(`<${at}${previous}>; rel="prev"`)
  return links.join(', ')
}

function escaped(text: string): string {
  return text.replaceAll(/[^!#-;=?-~]/g, encodeURIComponent)
}
