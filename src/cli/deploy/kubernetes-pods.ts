import { hasSecret, type DeployFacts } from './facts.ts'
import { objectHead } from './kubernetes-object.ts'

/** The processes of the app, as many as the autoscaler decides. */
export function deployment(facts: DeployFacts): string {
  const { name, stopSeconds } = facts
  return `${objectHead('apps/v1 Deployment', name)}spec:
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
${metricsPort(facts)}${probes(facts)}          lifecycle:
            preStop:
              # Until every proxy has heard that this one is going, new connections still come. Then the app ends those that are there (limits.drainMs).
              sleep:
                seconds: ${PRE_STOP_SECONDS}
${VOLUMES}`
}

const PRE_STOP_SECONDS = 5

const POD_SECURITY = `      securityContext:
        runAsNonRoot: true
        runAsUser: 1000
        runAsGroup: 1000
        seccompProfile:
          type: RuntimeDefault
`

function metricsPort({ metricsPort: port }: DeployFacts): string {
  return port === undefined ? '' : `            - name: metrics\n              containerPort: ${port}\n`
}

function container(facts: DeployFacts): string {
  const { name } = facts
  return `          image: ${name}
          envFrom:
            - configMapRef:
                name: ${name}
${hasSecret(facts) ? `            - secretRef:\n                name: ${name}\n` : ''}          resources:
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

/** What applies the migrations of a release, once. */
export function migrateJob(facts: DeployFacts): string {
  const { name, file, packages } = facts
  return `# Before each release, with the image of the release. A job cannot be changed, and reads the settings of the release:
#   kubectl delete job ${name}-migrate --ignore-not-found && kubectl apply -f config.yaml -f migrate-job.yaml
#   kubectl wait --for=condition=complete job/${name}-migrate --timeout=10m
${objectHead('batch/v1 Job', `${name}-migrate`)}spec:
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
${container(facts).replace(`image: ${name}`, `image: registry.example.com/${name}:1`)}          command: ["node", ${JSON.stringify(packages.command)}, "migrate", ${JSON.stringify(file)}, "apply"]
${VOLUMES}`
}

/** The only place that a container writes to. */
const VOLUMES = `      volumes:
        - name: tmp
          emptyDir:
            sizeLimit: 256Mi
`
