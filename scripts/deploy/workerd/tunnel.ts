/** A way from this machine to a runtime that listens on another one: a local port, each connection to it carried by ssh. */
import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { duplexPair, type Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";
import type { Machine } from "./machine.ts";
import { sshTrouble } from "./ssh-trouble.ts";

export interface Tunnel {
  readonly url: string;
  /** Why the last connection came to nothing, if ssh said so. */
  readonly trouble: () => string | undefined;
  readonly close: () => Promise<void>;
}

/** `tls` if the runtime speaks it; whom it speaks to was made sure of by ssh, so its certificate need not tell. */
export async function openTunnel(machine: Machine, address: string, tls: boolean): Promise<Tunnel> {
  let said = "";
  const open = new Set<() => void>();
  const server = createServer((socket) => {
    const child = machine.connect(address);
    const end = () => {
      open.delete(end);
      child.kill();
      socket.destroy();
    };
    open.add(end);
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (said = chunk));
    child.once("close", end);
    child.once("error", end);
    const [near, far] = duplexPair();
    far.pipe(child.stdin);
    child.stdout.pipe(far);
    child.stdin.on("error", end);
    carry(socket, near, tls, end);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    trouble: () => (said === "" ? undefined : sshTrouble(machine.host, said)),
    close: () => closed(server, open),
  };
}

function carry(socket: Socket, stream: Duplex, tls: boolean, end: () => void): void {
  const far = tls ? connectTls({ socket: stream, rejectUnauthorized: false }) : stream;
  for (const side of [socket, far, stream]) side.on("error", end);
  for (const side of [socket, far]) side.once("close", end);
  socket.pipe(far).pipe(socket);
}

async function closed(server: Server, open: ReadonlySet<() => void>): Promise<void> {
  const end = once(server, "close");
  server.close();
  for (const each of open) each();
  await end;
}
