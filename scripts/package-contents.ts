/** What `npm pack --json` says of a tarball. */
export interface Packed {
  readonly filename: string
  /** Bytes. */
  readonly size: number
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string; readonly size: number }[]
}

const ALLOWED = /^(bin\/|dist\/|docs-assets\/|package\.json$|LICENSE$|README\.md$|CHANGELOG\.md$)/
const REQUIRED = [
  'package.json',
  'LICENSE',
  'README.md',
  'bin/ashlar.mjs',
  'dist/index.js',
  'dist/index.d.ts',
  'dist/cli/main.js',
]
const DEVELOPMENT = /\.test\.|\.test-d\.|\/test\/|\.fixture\./
const MEGABYTE = 1_000_000
/** Nothing that was put in by mistake goes unnoticed: 2 MB are the docs page's own files, 2.8 MB code and types, of which data and identity have 2 MB. */
const MAX_UNPACKED_BYTES = 5.5 * MEGABYTE

/** Holds a tarball to what users need. */
export async function checkContents({ files, size, unpackedSize }: Packed): Promise<string> {
  const paths = files.map(({ path }) => path)
  const problems = [
    ...paths
      .filter((path) => !ALLOWED.test(path) || DEVELOPMENT.test(path))
      .map((path) => `does not belong in it: ${path}`),
    ...REQUIRED.filter((path) => !paths.includes(path)).map((path) => `is missing from it: ${path}`),
    ...(unpackedSize > MAX_UNPACKED_BYTES ? [`is too large: ${unpackedSize} bytes`] : []),
  ]
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return `${files.length} files, ${(size / MEGABYTE).toFixed(2)} MB packed, ${(unpackedSize / MEGABYTE).toFixed(2)} MB unpacked`
}
