import { exampleValue } from './docker.ts'
import { hasSecret, type DeployFacts } from './facts.ts'
import { objectHead } from './kubernetes-object.ts'
import { deployment, migrateJob } from './kubernetes-pods.ts'

/** Manifests by their file names, to be applied with `kubectl apply -k deploy/kubernetes`. */
export function kubernetesFiles(facts: DeployFacts): Readonly<Record<string, string>> {
  const migrate = facts.hasMigrations ? { 'migrate-job.yaml': migrateJob(facts) } : {}
  return {
    'config.yaml': configMap(facts),
    'deployment.yaml': deployment(facts),
    'service.yaml': service(facts),
    'autoscaling.yaml': autoscaling(facts),
    'disruption-budget.yaml': disruptionBudget(facts),
    ...(hasSecret(facts) && { 'secret.example.yaml': secretExample(facts) }),
    ...migrate,
    'kustomization.yaml': kustomization(facts),
  }
}

/** The job is applied by itself, before the rest: `kubectl apply` would not wait for it. */
function kustomization({ name }: DeployFacts): string {
  return `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - config.yaml
  - deployment.yaml
  - service.yaml
  - autoscaling.yaml
  - disruption-budget.yaml
images:
  - name: ${name}
    newName: registry.example.com/${name}
    newTag: "1"
`
}

function configMap({ name, variables }: DeployFacts): string {
  const lines = variables
    .filter(({ secret }) => !secret)
    .map((each) => `  ${each.isOptional === true ? '# ' : ''}${each.name}: ${JSON.stringify(exampleValue(each))}`)
  return `${objectHead('v1 ConfigMap', name)}data:
  NODE_ENV: production
${lines.join('\n')}
`
}

/** What is secret, as it must be called. Make it with your own tool; this file is not applied. */
function secretExample({ name, variables, hasDatabase, hasRedis }: DeployFacts): string {
  const lines = [
    ...(hasDatabase ? [`  DATABASE_URL: "postgres://user:password@host:5432/${name}"`] : []),
    ...(hasRedis ? ['  REDIS_URL: "redis://host:6379"'] : []),
    ...variables.filter(({ secret }) => secret).map(({ name: key }) => `  ${key}: ""`),
  ]
  return `# An example, which kustomization.yaml leaves out: never commit the real one.
apiVersion: v1
kind: Secret
metadata:
  name: ${name}
type: Opaque
stringData:
${lines.join('\n')}
`
}

function service({ name, port }: DeployFacts): string {
  return `${objectHead('v1 Service', name)}spec:
  selector:
    app.kubernetes.io/name: ${name}
  ports:
    - name: http
      port: 80
      targetPort: http
      # ${port} in the container
      protocol: TCP
`
}

function autoscaling({ name, connections, hasDatabase }: DeployFacts): string {
  const note = hasDatabase
    ? `  # Each has up to ${connections} connections of the database, and a few more with accounts: ${MOST} of them need max_connections to leave room for ${connections * MOST}.\n`
    : ''
  return `${objectHead('autoscaling/v2 HorizontalPodAutoscaler', name)}spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: ${name}
  minReplicas: 2
${note}  maxReplicas: ${MOST}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: 70
  behavior:
    scaleDown:
      stabilizationWindowSeconds: 300
`
}

const MOST = 6

function disruptionBudget({ name }: DeployFacts): string {
  return `${objectHead('policy/v1 PodDisruptionBudget', name)}spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      app.kubernetes.io/name: ${name}
`
}
