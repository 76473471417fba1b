import { config, ErrorCode, kv, lastError, onInterrupt, receive } from "radon-as";
export { radon_callback } from "radon-as";

/** The signal that brings a new step. */
const SET_STEP = 1;
/** Where the store keeps the count. */
const TICKS = "ticks";

const interval = config.integer("interval_ms", 1000);
let step: i64 = 1;

/** A daemon: this is its whole life. It counts as time passes, and answers whoever asks how far it is. */
export function invoke(): void {
  // The handler runs while `receive` waits.
  onInterrupt(SET_STEP, (message) => {
    step = message.integer(step);
  });

  while (true) {
    const message = receive(interval);
    if (message) message.reply(`ticks=${kv.getInteger(TICKS)} step=${step}`);
    else if (lastError().code == ErrorCode.TIMEOUT) kv.put(TICKS, kv.getInteger(TICKS) + step);
  }
}
