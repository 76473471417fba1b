/** What ssh could not do, from what it said, as a sentence with a way out. */

const KNOWN: readonly (readonly [said: RegExp, sentence: (host: string) => string])[] = [
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    (host) =>
      `The host key of ${host} is not the one in known_hosts: another machine may be answering in its place. If it was set up ` +
      "anew, remove the old key (ssh-keygen -R) and connect once by hand.",
  ],
  [
    /Host key verification failed|host key is known for/,
    (host) =>
      `The host key of ${host} is not in known_hosts: connect once by hand (ssh ${host}), compare its fingerprint, and run this again.`,
  ],
  [
    /Permission denied/,
    (host) =>
      `${host} does not let this user in: no key that ssh offers is in its authorized_keys. A key with a passphrase has to be ` +
      "in ssh-agent, because radon answers no questions of ssh's.",
  ],
  [
    /Could not resolve hostname/,
    (host) => `There is no machine ${host}: its name does not resolve, and ~/.ssh/config has none of that name.`,
  ],
  [/Connection refused/, (host) => `${host} takes no SSH connections: is sshd running there, and on this port?`],
  [/timed out|No route to host|Network is unreachable/, (host) => `${host} cannot be reached.`],
  [
    /administratively prohibited|open failed/,
    (host) => `${host} forwards no connection to the runtime: it has to run, and its sshd needs AllowTcpForwarding.`,
  ],
];

/** Lines of what a program said that are shown at most. */
const LINES_MAX = 8;

export function sshTrouble(host: string, said: string): string {
  const known = KNOWN.find(([pattern]) => pattern.test(said));
  return known === undefined ? `ssh to ${host} failed: ${lastLines(said) || "it said nothing"}` : known[1](host);
}

export function lastLines(said: string): string {
  return said.trim().split(/\r?\n/).slice(-LINES_MAX).join("\n  ");
}
