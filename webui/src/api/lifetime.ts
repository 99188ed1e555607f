/** Where time comes from, in milliseconds; both only ever used for differences. */
export interface Clocks {
  /** May be hours wrong, and jumps when somebody sets it; goes on while the machine sleeps. */
  readonly wall: () => number;
  /** Never jumps; on some systems it stands still while the machine sleeps. */
  readonly steady: () => number;
}

export const MACHINE_CLOCKS: Clocks = { wall: () => Date.now(), steady: () => performance.now() };

const SHORTEST_MS = 30_000;
const LONGEST_MS = 24 * 3_600_000;

/**
 * How long a token lives, in milliseconds: from the server's time of the answer (the HTTP "date" header,
 * RFC 9110 section 6.6.1) to the server's time of the end. This machine's clock is asked only when the answer has
 * no date; the limits then keep a wrong one from asking all the time or never.
 */
export function lifetimeMs(expiresAt: number, date: string | null, now: number): number {
  const answered = date === null ? NaN : Date.parse(date);
  return Math.min(Math.max(expiresAt - (Number.isNaN(answered) ? now : answered), SHORTEST_MS), LONGEST_MS);
}

/** A time that runs out. It counts what passed on whichever clock went further, so it ends early rather than late. */
export class Lifetime {
  readonly #clocks: Clocks;
  readonly #ms: number;
  readonly #wall: number;
  readonly #steady: number;

  constructor(ms: number, clocks: Clocks) {
    this.#clocks = clocks;
    this.#ms = ms;
    this.#wall = clocks.wall();
    this.#steady = clocks.steady();
  }

  /** Milliseconds that are left; 0 or less when the time is over. */
  leftMs(): number {
    return this.#ms - Math.max(this.#clocks.wall() - this.#wall, this.#clocks.steady() - this.#steady);
  }
}
