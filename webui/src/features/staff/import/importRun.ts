import { type Client, Code, createContextValues } from "@connectrpc/connect";

import { type AppError, mayPass, toAppError } from "../../../api/errors";
import { ErrorReason } from "../../../api/gen/footfall/v1/error_reason_pb";
import {
  type RunStaffImportResponse,
  type StaffImportItem,
  type StaffImportService,
  StaffImportState,
} from "../../../api/gen/footfall/v1/staff_import_service_pb";
import { Backoff, pause } from "../../../api/retry";
import { SENT_TOKEN } from "../../../api/transport";

/** "check" makes nothing. */
export type RunMode = "check" | "import";

export interface RunState {
  /**
   * "busy": another import of the tenant, or this one in another tab, has to end first. "stopped": trying again
   * changes nothing until somebody does something.
   */
  readonly phase: "idle" | "running" | "retrying" | "busy" | "stopped" | "finished";
  readonly mode: RunMode;
  /** What is done, in the order of the file. */
  readonly items: readonly StaffImportItem[];
  /** How many there will be; 0 as long as that is not known. */
  readonly total: number;
  readonly error: AppError | undefined;
}

export interface RunParts {
  readonly client: Client<typeof StaffImportService>;
  /** The token after one that the server refused; undefined when nobody is signed in any more. */
  readonly renew: (refused: string) => Promise<string | undefined>;
  readonly random?: () => number;
}

/** The longest that the core needs for one picture, with room; a stream that is silent for longer is dead. */
const DEAD_AFTER_MS = 90_000;
const IDLE: RunState = { phase: "idle", mode: "import", items: [], total: 0, error: undefined };

/**
 * Has the core run an import, and follows it. The core works as long as somebody listens: after a break it is told to
 * go on, and what was done meanwhile is read from its own record, so that nothing is missed or shown twice.
 */
export class ImportRun {
  readonly #parts: RunParts;
  readonly #importId: string;
  readonly #backoff: Backoff;
  readonly #listeners = new Set<() => void>();
  #state = IDLE;
  #run: AbortController | undefined;
  #stir = new AbortController();

  constructor(importId: string, parts: RunParts) {
    this.#importId = importId;
    this.#parts = parts;
    this.#backoff = new Backoff({ firstMs: 500, longestMs: 15_000, random: parts.random });
  }

  readonly state = (): RunState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** `known` is what of the import was done before. */
  start(mode: RunMode, known: Pick<RunState, "items" | "total">): void {
    this.stop();
    this.#run = new AbortController();
    this.#backoff.succeeded();
    const { items, total } = mode === "check" ? IDLE : known;
    this.#publish({ phase: "running", mode, items, total, error: undefined });
    void this.#keepRunning(this.#run.signal, mode);
  }

  /** Ends the stream, and with it the work of the core; what is done stays. */
  stop(): void {
    this.#run?.abort();
    this.#run = undefined;
    if (this.#state.phase !== "idle") this.#publish(IDLE);
  }

  /** The network is back: no pause from before counts. */
  wake(): void {
    this.#stir.abort();
    this.#stir = new AbortController();
  }

  async #keepRunning(run: AbortSignal, mode: RunMode): Promise<void> {
    for (;;) {
      const outcome = await this.#attempt(run, mode);
      if (run.aborted) return;
      if (outcome === "finished") {
        this.#publish({ phase: "finished", error: undefined });
        return;
      }
      const { failure, token } = outcome;
      if (failure?.code === Code.Unauthenticated) {
        // A stream ends with its token; with the next one it goes on at once.
        const again = await this.#renewed(token);
        if (isOver(run)) return;
        if (again && !this.#backoff.hasFailed) {
          this.#backoff.failed();
          continue;
        }
        if (again === false) {
          this.#publish({ phase: "stopped", error: failure });
          return;
        }
      } else if (failure && !mayPass(failure) && !isBusy(failure)) {
        this.#publish({ phase: "stopped", error: failure });
        return;
      }
      this.#publish({ phase: failure && isBusy(failure) ? "busy" : "retrying", error: failure });
      const ms = Math.max(this.#backoff.failed(), failure?.retryAfterMs ?? 0);
      await pause(ms, AbortSignal.any([run, this.#stir.signal]));
      if (isOver(run)) return;
    }
  }

  /** Whether there is a token to go on with; undefined when that is not known yet. */
  async #renewed(token: string): Promise<boolean | undefined> {
    try {
      return (await this.#parts.renew(token)) !== undefined;
    } catch {
      return undefined;
    }
  }

  /** Runs until the stream ends; answers why it ended before the import did. */
  async #attempt(run: AbortSignal, mode: RunMode): Promise<"finished" | { failure: AppError | undefined; token: string }> {
    const attempt = new AbortController();
    const signal = AbortSignal.any([run, attempt.signal]);
    const contextValues = createContextValues();
    let deadMan: ReturnType<typeof setTimeout> | undefined;
    const heard = () => {
      clearTimeout(deadMan);
      deadMan = setTimeout(() => {
        attempt.abort();
      }, DEAD_AFTER_MS);
    };
    heard();
    try {
      if (mode === "import" && (await this.#readRecord(signal))) return "finished";
      const request = { importId: this.#importId, validateOnly: mode === "check" };
      for await (const step of this.#parts.client.runStaffImport(request, { signal, timeoutMs: 0, contextValues })) {
        if (signal.aborted) break;
        heard();
        if (step.summary) return "finished";
        if (step.item) this.#take(step, step.item);
        else await this.#begin(step, mode, signal);
      }
      return { failure: undefined, token: contextValues.get(SENT_TOKEN) };
    } catch (error) {
      return { failure: attempt.signal.aborted ? undefined : toAppError(error), token: contextValues.get(SENT_TOKEN) };
    } finally {
      clearTimeout(deadMan);
      attempt.abort();
    }
  }

  /** The core says where it goes on. A check goes through all of the file each time. */
  async #begin({ total, done }: RunStaffImportResponse, mode: RunMode, signal: AbortSignal): Promise<void> {
    // Another tab may have gone further than this one knew.
    if (mode === "import" && this.#state.items.length < done) await this.#readRecord(signal);
    this.#publish({ phase: "running", total, items: this.#state.items.slice(0, done), error: undefined });
  }

  #take({ total, done }: RunStaffImportResponse, item: StaffImportItem): void {
    this.#backoff.succeeded();
    this.#publish({ phase: "running", total, items: [...this.#state.items.slice(0, done - 1), item], error: undefined });
  }

  /** Reads what is done; answers whether that is all. */
  async #readRecord(signal: AbortSignal): Promise<boolean> {
    const { items, total, state } = await this.#parts.client.getStaffImport({ importId: this.#importId }, { signal });
    if (!signal.aborted) this.#publish({ items, total });
    return state === StaffImportState.FINISHED;
  }

  #publish(change: Partial<RunState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

function isBusy({ reason, metadata }: AppError): boolean {
  return reason === ErrorReason.STAFF_IMPORT_STATE && metadata.state === "running";
}

/** Asked after each wait: meanwhile it may have changed. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}
