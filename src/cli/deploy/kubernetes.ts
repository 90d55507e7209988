import { exampleValue } from './docker.ts'
import type { DeployFacts } from './facts.ts'

/** Manifests by their file names, to be applied with `kubectl apply -k deploy/kubernetes`. */
export function kubernetesFiles(facts: DeployFacts): Readonly<Record<string, string>> {
  const migrate = facts.hasMigrations ? { 'migrate-job.yaml': migrateJob(facts) } : {}
  return {
    'config.yaml': configMap(facts),
    'deployment.yaml': deployment(facts),
    'service.yaml': service(facts),
    'autoscaling.yaml': autoscaling(facts),
    'disruption-budget.yaml': disruptionBudget(facts),
    'secret.example.yaml': secretExample(facts),
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
  return `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
  labels:
    app.kubernetes.io/name: ${name}
data:
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
${lines.length === 0 ? 'stringData: {}' : `stringData:\n${lines.join('\n')}`}
`
}

function deployment(facts: DeployFacts): string {
  const { name, stopSeconds } = facts
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels:
    app.kubernetes.io/name: ${name}
spec:
  # The autoscaler decides how many there are.
  revisionHistoryLimit: 5
  strategy:
    type: RollingUpdate
    rollingUpdate:
      # A new one is ready before an old one stops.
      maxSurge: 1
      maxUnavailable: 0
  selector:
    matchLabels:
      app.kubernetes.io/name: ${name}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: ${name}
    spec:
      automountServiceAccountToken: false
      # preStop, limits.drainMs, limits.shutdownTimeoutMs, and time to spare.
      terminationGracePeriodSeconds: ${stopSeconds + PRE_STOP_SECONDS}
${POD_SECURITY}      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              app.kubernetes.io/name: ${name}
      containers:
        - name: app
${container(facts)}          ports:
            - name: http
              containerPort: ${facts.port}
${probes(facts)}          lifecycle:
            preStop:
              # Until every proxy has heard that this one is going, new connections still come. Then the app ends those that are there (limits.drainMs).
              sleep:
                seconds: ${PRE_STOP_SECONDS}
      volumes:
        - name: tmp
          emptyDir:
            sizeLimit: 256Mi
`
}

const PRE_STOP_SECONDS = 5

const POD_SECURITY = `      securityContext:
        runAsNonRoot: true
        runAsUser: 1000
        runAsGroup: 1000
        seccompProfile:
          type: RuntimeDefault
`

function container({ name }: DeployFacts): string {
  return `          image: ${name}
          envFrom:
            - configMapRef:
                name: ${name}
            - secretRef:
                name: ${name}
          resources:
            requests:
              cpu: 250m
              memory: 256Mi
            limits:
              # One process uses one core for JavaScript; the rest of the time is the garbage collector's and the thread pool's.
              memory: 512Mi
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop:
                - ALL
          volumeMounts:
            - name: tmp
              mountPath: /tmp
`
}

function probes({ livePath, readyPath }: DeployFacts): string {
  if (livePath === undefined || readyPath === undefined) return ''
  return `          startupProbe:
            httpGet:
              path: ${livePath}
              port: http
            periodSeconds: 2
            failureThreshold: 60
          readinessProbe:
            httpGet:
              path: ${readyPath}
              port: http
            periodSeconds: 5
            timeoutSeconds: 2
            failureThreshold: 2
          livenessProbe:
            httpGet:
              path: ${livePath}
              port: http
            periodSeconds: 10
            timeoutSeconds: 3
            failureThreshold: 6
`
}

function service({ name, port }: DeployFacts): string {
  return `apiVersion: v1
kind: Service
metadata:
  name: ${name}
  labels:
    app.kubernetes.io/name: ${name}
spec:
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
  return `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: ${name}
  labels:
    app.kubernetes.io/name: ${name}
spec:
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
  return `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: ${name}
  labels:
    app.kubernetes.io/name: ${name}
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      app.kubernetes.io/name: ${name}
`
}

function migrateJob(facts: DeployFacts): string {
  const { name, file } = facts
  return `# Before each release: kubectl apply -f migrate-job.yaml, then kubectl wait --for=condition=complete job/${name}-migrate --timeout=10m
apiVersion: batch/v1
kind: Job
metadata:
  name: ${name}-migrate
  labels:
    app.kubernetes.io/name: ${name}-migrate
spec:
  backoffLimit: 2
  ttlSecondsAfterFinished: 3600
  template:
    metadata:
      labels:
        app.kubernetes.io/name: ${name}-migrate
    spec:
      automountServiceAccountToken: false
      restartPolicy: Never
${POD_SECURITY}      containers:
        - name: migrate
${container(facts).replace(`image: ${name}`, `image: registry.example.com/${name}:1`)}          command: ["node", "node_modules/ashlar/bin/ashlar.mjs", "migrate", "apply", ${JSON.stringify(file)}]
      volumes:
        - name: tmp
          emptyDir:
            sizeLimit: 256Mi
`
}
