import { describe, expect, test } from "vitest";
import { encodeEnvelopes, type MessageEnvelope } from "../../durable/core/envelope.ts";
import { Mail, MailRun, type MessageMail } from "../../durable/core/mail.ts";
import type { GlobalName } from "../../durable/core/names.ts";
import { Requests } from "../../durable/core/requests.ts";
import type { OpenRequest } from "../../durable/core/store.ts";

const ASKER = "edge/asker" as GlobalName;

function mail(position: number, kind: "message" | "request" | "http" = "request"): MessageMail {
  const payload = new Uint8Array(0);
  const envelope: MessageEnvelope =
    kind === "message"
      ? { kind, payload }
      : kind === "request"
        ? { kind, id: 9, chain: [], payload }
        : { kind, id: 9, head: payload, payload };
  return new Mail(new MailRun(position, ASKER, encodeEnvelopes([envelope])), 0) as MessageMail;
}

function open(token: number, taken = false): OpenRequest {
  return { token, asker: ASKER, request: 9, kind: "request", taken };
}

describe("open requests", () => {
  test("1: a request is open from its delivery until it is answered", () => {
    const requests = new Requests();
    requests.deliver(mail(1));
    requests.deliver(mail(2, "http"));
    requests.deliver(mail(3, "message"));
    expect([requests.get(1), requests.get(2)?.kind, requests.get(3), requests.count]).toEqual([
      open(1),
      "http",
      undefined,
      2,
    ]);
    requests.close(1);
    requests.close(1);
    expect([requests.get(1), requests.count]).toEqual([undefined, 1]);
  });

  test("2: a row is written only for a request whose message is consumed while it is open", () => {
    const requests = new Requests();
    requests.deliver(mail(1));
    requests.deliver(mail(2));
    requests.consume(1);
    requests.consume(77);
    expect(requests.changes()).toEqual([{ kind: "open.put", request: open(1) }]);
    requests.close(1);
    requests.close(2);
    expect(requests.changes()).toEqual([{ kind: "open.delete", token: 1 }]);
    expect(requests.changes()).toEqual([]);
  });

  test("2: a request that is consumed and answered between two commits is never written", () => {
    const requests = new Requests();
    requests.deliver(mail(1));
    requests.consume(1);
    requests.close(1);
    expect(requests.changes()).toEqual([]);
  });

  test("2: a token that is taken after the message was consumed is written with the next commit", () => {
    const requests = new Requests();
    requests.deliver(mail(1));
    requests.consume(1);
    requests.changes();
    requests.take(1);
    requests.take(1);
    expect(requests.changes()).toEqual([{ kind: "open.put", request: open(1, true) }]);
  });

  test("3: when an instance ends, its consumed requests are given up, but for those whose token was taken", () => {
    const requests = new Requests();
    for (const token of [1, 2, 3]) requests.deliver(mail(token));
    requests.consume(1);
    requests.consume(2);
    requests.take(2);
    expect(requests.abandon()).toEqual([open(1)]);
    expect([requests.get(1), requests.get(2), requests.get(3)]).toEqual([open(1), open(2, true), undefined]);
  });

  test("3: the same holds for an object that starts anew", () => {
    const requests = new Requests();
    requests.restore([open(1), open(2, true)]);
    expect(requests.abandon()).toEqual([open(1)]);
    requests.close(1);
    expect(requests.changes()).toEqual([{ kind: "open.delete", token: 1 }]);
    expect(requests.get(2)).toEqual(open(2, true));
  });

  test("1: a request that was put back is open again with its next delivery", () => {
    const requests = new Requests();
    requests.deliver(mail(1));
    requests.abandon();
    requests.deliver(mail(1));
    expect(requests.get(1)).toEqual(open(1));
  });
});
