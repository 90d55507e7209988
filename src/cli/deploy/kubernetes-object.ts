/** The first lines of an object: `objectHead('apps/v1 Deployment', 'shop')`. */
export function objectHead(kind: `${string} ${string}`, name: string): string {
  const [version, type] = kind.split(' ')
  return `apiVersion: ${version}
kind: ${type}
metadata:
  name: ${name}
  labels:
    app.kubernetes.io/name: ${name}
`
}
