import { clock, config, ErrorCode, Future, lastError, receive, request, send, yieldNow } from "radon-as";

const WORK = new Uint8Array(64);
const workers = <i32>config.integer("workers", 1);

/**
 * Counting, fork-join throughput and fork-join create: asked with a number, it sends that many messages to each of its workers, waits until
 * all have counted them, and replies with the microseconds it took.
 */
export function invoke(): void {
  const message = receive(0);
  if (!message) return;
  const each = message.integer();
  const start = clock.monotonic();
  for (let i: i64 = 0; i < each; i++) {
    for (let worker = 0; worker < workers; worker++) sendTo(nameOf(worker));
  }
  if (countOfAll() != each * workers) message.fail("Messages were lost, or came twice.");
  else message.reply(clock.monotonic() - start);
}

function nameOf(worker: i32): string {
  return "worker-" + worker.toString().padStart(3, "0");
}

/** Waits where the receiver does not keep up. */
function sendTo(worker: string): void {
  while (!send(worker, WORK)) {
    assert(lastError().code == ErrorCode.BUSY);
    yieldNow();
  }
}

function countOfAll(): i64 {
  const counts: Future[] = [];
  for (let worker = 0; worker < workers; worker++) counts.push(ask(nameOf(worker)));
  let sum: i64 = 0;
  for (let worker = 0; worker < workers; worker++) sum += counts[worker].await()!.integer();
  return sum;
}

function ask(worker: string): Future {
  let count = request(worker, "");
  while (count.poll() == <i32>ErrorCode.BUSY) {
    yieldNow();
    count = request(worker, "");
  }
  return count;
}
