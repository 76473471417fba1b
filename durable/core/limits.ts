/** Every bound of an atom, in one place, the unit last in its name. */
export const PAYLOAD_BYTES_MAX = 1024 * 1024;
/** The headers of a response, as JSON: with the largest body they are one row, for whoever repeats the request. */
export const RESPONSE_HEADERS_BYTES_MAX = 64 * 1024;
export const KV_KEY_BYTES_MAX = 2048;
export const KV_VALUE_BYTES_MAX = 1024 * 1024;
export const KV_SCAN_ENTRIES_MAX = 10_000;
/** A scan's answer, all entries together; the largest entry fits. */
export const KV_SCAN_BYTES_MAX = 4 * 1024 * 1024;
/** What the writes of one turn hold, which are in memory until it is committed. */
export const TURN_KV_BYTES_MAX = 32 * 1024 * 1024;
export const ALIAS_BYTES_MAX = 256;
export const ALIASES_MAX = 1_000;
export const LOG_LINE_BYTES_MAX = 8 * 1024;
/** The lines that an atom's object keeps, and those who read them as they come. */
export const LOG_LINES_MAX = 500;
export const LOG_CHARS_MAX = 256 * 1024;
export const LOG_FOLLOWERS_MAX = 32;

/** A mailbox at or over either bound takes no further frame; the frame that reaches it is taken whole. */
export const MAILBOX_MESSAGES_MAX = 10_000;
export const MAILBOX_BYTES_MAX = 16 * 1024 * 1024;
/** That an instance listens to. */
export const SIGNALS_MAX = 1_000;
export const INTERRUPTS_PENDING_MAX = 1_000;
export const INTERRUPT_BYTES_MAX = 4 * 1024 * 1024;

/** What one channel may hold that its peer has not acknowledged: past it `send` answers BUSY. */
export const OUTBOX_MESSAGES_MAX = 10_000;
export const OUTBOX_BYTES_MAX = 16 * 1024 * 1024;

/** A row of an object's SQLite. */
export const ROW_BYTES_MAX = 2_000_000;
/** A frame is one row of storage, so with its largest message it stays under ROW_BYTES_MAX. */
export const FRAME_MESSAGES_MAX = 1_000;
export const FRAME_BYTES_MAX = 512 * 1024;
/** What a frame that comes may hold, and an envelope from outside: none that a runtime cuts is larger. */
export const FRAME_BODY_BYTES_MAX = FRAME_BYTES_MAX + PAYLOAD_BYTES_MAX;
/** What crosses between two objects at once. */
export const BATCH_MESSAGES_MAX = 4_000;
export const BATCH_BYTES_MAX = 4 * 1024 * 1024;
/** Batches of a channel that are not acknowledged: one is handled while the next is on its way. */
export const BATCHES_UNDER_WAY_MAX = 2;
/** Frames that came ahead of their turn, a channel; and what those of all channels hold together. */
export const REORDER_FRAMES_MAX = 64;
export const REORDER_BYTES_MAX = 16 * 1024 * 1024;
/** Atoms that one hears from, each with 2 KB of memory and, for good, its next expected numbers in the store. */
export const LINKS_MAX = 20_000;

/** Instances at rest, in an isolate that may hold 128 MiB: their memories together. */
export const RESTING_MEMORY_BYTES_MAX = 64 * 1024 * 1024;

export const FUTURES_MAX = 10_000;
/** Results of futures that wait to be taken, all together. */
export const FUTURE_BYTES_MAX = 32 * 1024 * 1024;
export const OPEN_REQUESTS_MAX = 10_000;
export const CHAIN_LENGTH_MAX = 64;
export const DEAD_LETTERS_MAX = 10_000;
/** Requests from outside that wait for an answer of the atom, those that repeat an `Idempotency-Key` included. */
export const OUTSIDE_ASKERS_MAX = 10_000;
/** Mailbox positions and future ids that a start of the atom may use before it has to tell the store again. */
export const IDS_RESERVED = 2 ** 20;
/** How long a request of the control API waits for its reply. */
export const REQUEST_MS_MAX = 300_000;
export const REQUEST_MS_DEFAULT = 30_000;
export const IDEMPOTENCY_KEYS_MAX = 10_000;
export const IDEMPOTENCY_AGE_MS_MAX = 24 * 60 * 60 * 1000;
/** A message that is under way whenever its atom traps over another one is given up after this many times `attempts`. */
export const BYSTANDER_ATTEMPTS = 4;
/** Callbacks that block nest, each on the stack of the one below: what comes then waits until there is room. */
export const CALLBACK_DEPTH_MAX = 64;
/** Who waits longer for an answer, while others wait for it, is noted in the log. */
export const LONG_WAIT_MS = 10_000;

/** An unacknowledged frame is sent again after this long. */
export const RETRANSMIT_AFTER_MS = 1_000;
/** The acknowledgement of a reply waits this long for a frame that can carry it. */
export const ACK_DELAY_MS = 20;
/** What the store need not know at once, such as which frames were acknowledged, waits this long for another commit. */
export const LAZY_COMMIT_MS = 500;
export const RETRY_BACKOFF_MS_MIN = 20;
export const RETRY_BACKOFF_MS_MAX = 5_000;

export const RESTART_BACKOFF_MS_MIN = 50;
export const RESTART_BACKOFF_MS_MAX = 30_000;
/** The longest that the message after a dead letter has to wait for its instance. */
export const BURIAL_BACKOFF_MS_MAX = 1_000;
/** An instance that ran this long without a trap starts again at the smallest backoff. */
export const HEALTHY_AFTER_MS = 60_000;

/** A start function cannot let its neighbours have their turn, so it gets no more than this of the atom's budget. */
export const START_CPU_MS_MAX = 1_000;
/** A computation that is to be stopped has this long to come to a blocking point. */
export const STOP_CPU_MS_MAX = 1_000;

/**
 * The loop of an atom commits and lets the event loop turn after this much uninterrupted work. Turns count where the clock stands still
 * while an atom is at work: they are as many as short ones take SLICE_MS_MAX, and more than a batch brings (two a message of a reactive
 * atom), so that of a batch that is handled in time no frame has to be stored, and nobody waits for a turn of the loop after it.
 */
export const SLICE_TURNS_MAX = 4 * BATCH_MESSAGES_MAX;
export const SLICE_MS_MAX = 8;
/** The same for a command, which has an instance for each message: to make one takes as long as many turns. */
export const SLICE_INSTANCES_MAX = 32;

/** An outgoing HTTP request, its response included. */
export const FETCH_MS_MAX = 60_000;
/** What those of an atom that are not over hold, each with FETCH_SHARE_BYTES for its response. */
export const FETCH_BYTES_MAX = 32 * 1024 * 1024;
export const FETCH_SHARE_BYTES = 64 * 1024;
/** Trap texts, failure reasons and the like. */
export const REASON_BYTES_MAX = 2_048;
