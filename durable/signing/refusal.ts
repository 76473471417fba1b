/** Why a runtime takes nothing of what another one signed: a stable code, and the sentence for who has to mend it. */
export const REFUSAL_STATUS = {
  /** There is no token, or it is not one. */
  UNSIGNED: 401,
  /** This runtime has no keys at all, or none that can be read. */
  NO_KEYS: 503,
  /** It has none that it shares with the runtime that signed. */
  UNKNOWN_PEER: 403,
  /** It has some, but not the one that was used. */
  UNKNOWN_KEY: 401,
  /** It has one of that id, and another one was used. */
  WRONG_KEY: 401,
  /** The request is for another runtime. */
  WRONG_AUDIENCE: 421,
  /** Signed too long ago, or in the future: late, or the clocks differ. */
  WRONG_TIME: 401,
  /** The request is not the one that was signed. */
  TAMPERED: 400,
  /** It was taken already. */
  REPLAYED: 409,
  /** What was signed is not for this peer to ask. */
  DENIED: 403,
  /** What came with it is of another version, or broken. */
  UNREADABLE: 400,
  /** Larger than what is read. */
  TOO_LARGE: 413,
  /** There is no room or time for it now. */
  BUSY: 429,
} as const;

export type RefusalCode = keyof typeof REFUSAL_STATUS;

export interface Refusal {
  readonly code: RefusalCode;
  readonly reason: string;
}

export function refused(code: RefusalCode, reason: string): Refusal {
  return { code, reason };
}

export function isRefusalCode(code: unknown): code is RefusalCode {
  return typeof code === "string" && Object.hasOwn(REFUSAL_STATUS, code);
}
