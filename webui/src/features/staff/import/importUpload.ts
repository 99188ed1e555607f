import type { Client } from "@connectrpc/connect";

import { type AppError, mayPass, toAppError } from "../../../api/errors";
import type { StaffImport, StaffImportService } from "../../../api/gen/footfall/v1/staff_import_service_pb";
import { Backoff, pause } from "../../../api/retry";

export interface UploadState {
  /** "unreadable": the browser cannot read the file any more. */
  readonly phase: "idle" | "sending" | "retrying" | "failed" | "unreadable" | "done";
  readonly sentBytes: number;
  readonly sizeBytes: number;
  /** Why the last part was not taken. */
  readonly error: AppError | undefined;
}

type Wanted = Pick<StaffImport, "importId" | "sizeBytes" | "partSizeBytes" | "missingOffsets">;

/** A part is 3 MiB: so long it may take on the slowest line that is of use. */
const PART_TIMEOUT_MS = 80_000;
const IDLE: UploadState = { phase: "idle", sentBytes: 0, sizeBytes: 0, error: undefined };

/**
 * Sends the parts of a file that the core lacks, one after the other. While the server is away each is tried again with
 * growing pauses; a part that came twice counts once.
 */
export class ImportUpload {
  readonly #client: Client<typeof StaffImportService>;
  readonly #backoff: Backoff;
  readonly #listeners = new Set<() => void>();
  #state = IDLE;
  #run: AbortController | undefined;
  #stir = new AbortController();

  constructor(options: { client: Client<typeof StaffImportService>; random?: () => number }) {
    this.#client = options.client;
    this.#backoff = new Backoff({ firstMs: 500, longestMs: 15_000, random: options.random });
  }

  readonly state = (): UploadState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Answers true once all of the file is there; false when it failed or was cancelled. */
  async send(file: Blob, wanted: Wanted): Promise<boolean> {
    this.cancel();
    const run = new AbortController();
    this.#run = run;
    this.#backoff.succeeded();
    const sizeBytes = Number(wanted.sizeBytes);
    const offsets = wanted.missingOffsets.map(Number);
    const end = (offset: number) => Math.min(offset + wanted.partSizeBytes, sizeBytes);
    const missing = offsets.reduce((sum, offset) => sum + end(offset) - offset, 0);
    this.#publish({ phase: "sending", sentBytes: sizeBytes - missing, sizeBytes, error: undefined });
    for (const offset of offsets) {
      if (!(await this.#part(run.signal, wanted.importId, offset, file.slice(offset, end(offset))))) return false;
      this.#publish({ phase: "sending", sentBytes: this.#state.sentBytes + end(offset) - offset, error: undefined });
    }
    this.#run = undefined;
    this.#publish({ phase: "done" });
    return true;
  }

  cancel(): void {
    this.#run?.abort();
    this.#run = undefined;
    this.#publish(IDLE);
  }

  /** The network is back: no pause from before counts. */
  wake(): void {
    this.#stir.abort();
    this.#stir = new AbortController();
  }

  async #part(run: AbortSignal, importId: string, offset: number, part: Blob): Promise<boolean> {
    for (;;) {
      let failure: AppError;
      try {
        const data = new Uint8Array(await part.arrayBuffer());
        await this.#client.uploadStaffImportPart({ importId, offset: BigInt(offset), data }, { signal: run, timeoutMs: PART_TIMEOUT_MS });
        if (run.aborted) return false;
        this.#backoff.succeeded();
        return true;
      } catch (error) {
        if (run.aborted) return false;
        if (error instanceof DOMException) {
          this.#publish({ phase: "unreadable" });
          return false;
        }
        failure = toAppError(error);
      }
      if (!mayPass(failure)) {
        this.#publish({ phase: "failed", error: failure });
        return false;
      }
      this.#publish({ phase: "retrying", error: failure });
      await pause(Math.max(this.#backoff.failed(), failure.retryAfterMs ?? 0), AbortSignal.any([run, this.#stir.signal]));
      if (isOver(run)) return false;
    }
  }

  #publish(change: Partial<UploadState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** Asked after each wait: meanwhile it may have changed. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}
