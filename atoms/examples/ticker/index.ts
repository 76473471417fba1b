import { config, kv, log, onInterrupt, receive, timer } from "radon-as";
export { radon_callback } from "radon-as";

/** The signal that resets the countdown; its payload, if any, is the number to start from. */
const RESET = 1;

const start = config.integer("start", 10);
const period = config.integer("period_ms", 1000);

let count = kv.getInteger("count", start);
let tick = timer(0);

/** A daemon: this is its whole life. It counts down to zero, starts over, and remembers where it was. */
export function invoke(): void {
  onInterrupt(RESET, (message) => {
    count = message.integer(start);
    tick.cancel();
  });

  while (true) {
    kv.put("count", count);
    log.info(`${count}`);
    tick = timer(period);
    // The program is suspended here. An interrupt runs on top of it and cancels the timer: then `await` answers null.
    if (tick.await()) count = count > 0 ? count - 1 : start;
    answerQuestions();
  }
}

/** A daemon reads its mail when it likes: whoever asks gets the count. */
function answerQuestions(): void {
  for (let question = receive(0); question; question = receive(0)) question.reply(count);
}
