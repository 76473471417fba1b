/** The systemd unit of a runtime: of the user's manager, or of the machine's for root. */

export interface UnitParts {
  readonly app: string;
  readonly runtime: string;
  /** The runtime's folder on the machine, as an absolute path. */
  readonly folder: string;
  readonly superuser: boolean;
  /** How long workerd may take to end. */
  readonly stopSecondsMax?: number;
}

/** State is durable at every moment, so nothing is lost by a kill; this only lets answers that are nearly there leave. */
const STOP_S_MAX = 3;
const RESTART_S = 1;

export function unitText(parts: UnitParts): string {
  const { app, runtime, folder, superuser, stopSecondsMax = STOP_S_MAX } = parts;
  return [
    "# Written by radon; changes to this file are lost.",
    "[Unit]",
    `Description=Radon runtime ${escaped(runtime)} of ${escaped(app)}`,
    ...(superuser ? afterBoot(folder) : []),
    "StartLimitIntervalSec=0",
    "",
    "[Service]",
    "Type=exec",
    `ExecStart=:/bin/sh ${word(`${folder}/current/start`)} ${word(folder)}`,
    "Restart=always",
    `RestartSec=${RESTART_S}`,
    `TimeoutStopSec=${stopSecondsMax}`,
    "UMask=0077",
    "NoNewPrivileges=yes",
    ...RESTRICTIONS,
    ...(superuser ? confinement(folder) : []),
    "",
    "[Install]",
    `WantedBy=${superuser ? "multi-user.target" : "default.target"}`,
    "",
  ].join("\n");
}

/** What a runtime never asks the kernel for. A compiler runs in it, so its memory has to stay executable. */
const RESTRICTIONS = ["RestrictNamespaces=yes", "RestrictRealtime=yes", "RestrictSUIDSGID=yes", "LockPersonality=yes"];

/** It is started when there is a network to listen on and the disk with its folder, and ended before they go. */
function afterBoot(folder: string): string[] {
  return ["Wants=network-online.target", "After=network-online.target", `RequiresMountsFor=${word(folder)}`];
}

/** Root's runtime may write its own folder, listen on any port, and nothing else. */
function confinement(folder: string): string[] {
  return [
    "CapabilityBoundingSet=CAP_NET_BIND_SERVICE",
    "ProtectSystem=strict",
    `ReadWritePaths=${word(folder)}`,
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "ProtectKernelTunables=yes",
    "ProtectKernelModules=yes",
    "ProtectControlGroups=yes",
  ];
}

/** One word of a unit file, where a percent sign would begin a specifier. The colon before a command spares it variables. */
function word(text: string): string {
  return `"${escaped(text).replace(/["\\]/g, (character) => `\\${character}`)}"`;
}

function escaped(text: string): string {
  return text.replaceAll("%", "%%");
}
