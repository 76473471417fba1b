/** The address that `radon dev` serves on. */
import { createServer } from "node:net";
import { CommandError, EXIT } from "../commands/exit-codes.ts";

/** `localhost` may mean an IPv6 address only; clients that try both find the IPv4 one. */
export function bindAddress(host: string): string {
  return host === "localhost" ? "127.0.0.1" : host;
}

/** The port itself, or a free one for 0; an error if it is taken. */
export function claimPort(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => reject(refusal(host, port, error)));
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      const claimed = typeof address === "object" && address !== null ? address.port : port;
      server.close(() => resolve(claimed));
    });
  });
}

function refusal(host: string, port: number, { code, message }: NodeJS.ErrnoException): CommandError {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} on ${host} is in use. Stop what uses it, or choose another one: --port 0 picks a free one.`,
    EACCES: `Port ${port} on ${host} is not allowed to this user. Choose one above 1023.`,
    EADDRNOTAVAIL: `This machine has no address ${host}. Use --host 127.0.0.1 or 0.0.0.0.`,
    ENOTFOUND: `There is no host ${host}. Use --host 127.0.0.1 or 0.0.0.0.`,
  };
  return new CommandError(reasons[code ?? ""] ?? `Cannot serve on ${host}:${port}: ${message}.`, EXIT.environment);
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** The address as this machine reaches it: one that means all addresses is reached by the loopback one. */
export function reachableHost(host: string): string {
  if (host === "0.0.0.0" || host === "*") return "127.0.0.1";
  return host === "::" ? "::1" : host;
}

/** `http://127.0.0.1:8787` */
export function urlOf(host: string, port: number): string {
  const reachable = reachableHost(host);
  return `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
}

/** The host name that reaches one runtime's Worker. */
export function runtimeHost(runtime: string): string {
  return `${runtime.toLowerCase()}.localhost`;
}
