/** Pauses between attempts: they double up to a limit, and half of each is chance, so that not all come back at once. */
export class Backoff {
  readonly #firstMs: number;
  readonly #longestMs: number;
  readonly #random: () => number;
  #fails = 0;

  constructor(options: { firstMs: number; longestMs: number; random?: (() => number) | undefined }) {
    this.#firstMs = options.firstMs;
    this.#longestMs = options.longestMs;
    this.#random = options.random ?? Math.random;
  }

  /** How long to wait after one more failure, in milliseconds. */
  failed(): number {
    const whole = Math.min(this.#firstMs * 2 ** this.#fails, this.#longestMs);
    this.#fails += 1;
    return whole / 2 + (whole / 2) * this.#random();
  }

  /** Whether the last attempt failed. */
  get hasFailed(): boolean {
    return this.#fails > 0;
  }

  succeeded(): void {
    this.#fails = 0;
  }
}

/** Answers true when the time is over, false when the signal came first. */
export function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const over = () => {
      signal.removeEventListener("abort", cut);
      resolve(true);
    };
    const timer = setTimeout(over, ms);
    const cut = () => {
      clearTimeout(timer);
      resolve(false);
    };
    signal.addEventListener("abort", cut, { once: true });
  });
}
