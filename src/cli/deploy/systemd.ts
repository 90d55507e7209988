import type { DeployFacts } from './facts.ts'

/** A unit for a machine of one's own: a process for each core, as nobody in particular, who may write nothing. */
export function systemdUnit({
  name,
  title,
  file,
  port,
  stopSeconds,
  hasDatabase,
  hasRedis,
  packages,
}: DeployFacts): string {
  const after = [
    'network-online.target',
    ...(hasDatabase ? ['postgresql.service'] : []),
    ...(hasRedis ? ['redis-server.service'] : []),
  ]
  return `# /etc/systemd/system/${name}.service. Written by ashlar deploy files; yours from now on.
# The code is in /srv/${name}, with its packages; the variables of app.example.env are in /etc/${name}.env, which only root reads.
[Unit]
Description=${inUnit(title.replaceAll(/\s+/g, ' ').trim()).replace(/[\s\\]+$/, '')}
After=${after.join(' ')}
Wants=network-online.target
# It is started again until it runs: a database that was away for an hour is no reason to stay away.
StartLimitIntervalSec=0

[Service]
Type=exec
DynamicUser=yes
WorkingDirectory=/srv/${name}
EnvironmentFile=/etc/${name}.env
Environment=NODE_ENV=production PORT=${port} NODE_COMPILE_CACHE=/var/cache/${name}
ExecStart=/srv/${name}/${packages.command.replace('ashlar/bin/ashlar.mjs', '.bin/ashlar')} start ${wordInUnit(file)} --workers auto
# A new version of the code, without losing a request: systemctl reload ${name}
ExecReload=/bin/kill -USR2 $MAINPID
Restart=always
RestartSec=2
KillSignal=SIGTERM
# The app ends its processes by itself, each when its requests are answered.
KillMode=mixed
TimeoutStopSec=${stopSeconds}
LimitNOFILE=65536

CacheDirectory=${name}
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
ProtectProc=invisible
NoNewPrivileges=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
CapabilityBoundingSet=
UMask=0077

[Install]
WantedBy=multi-user.target
`
}

/** A percent sign begins a specifier. A backslash at the end would join the next line. */
function inUnit(text: string): string {
  return text.replaceAll('%', '%%')
}

/** One argument of a command: in quotes where it is not one by itself. */
function wordInUnit(word: string): string {
  if (/^[\w./-]+$/.test(word)) return word
  return `"${inUnit(word).replaceAll('$', '$$$$').replaceAll(/["\\]/g, '\\$&')}"`
}
