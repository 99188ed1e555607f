import { timestampMs } from "@bufbuild/protobuf/wkt";
import { type Client, Code } from "@connectrpc/connect";

import { type AppError, toAppError } from "../../api/errors";
import type { CameraControlService, PreviewFrame } from "../../api/gen/footfall/v1/camera_control_service_pb";
import type { PreviewFace } from "../../api/gen/footfall/v1/ingest_service_pb";
import { Backoff, pause } from "../../api/retry";

export interface Picture {
  readonly url: string;
  /** By the worker's clock, in milliseconds since the epoch; undefined for a still picture, which does not say. */
  readonly takenAt: number | undefined;
  /** By this browser's clock. */
  readonly gotAt: number;
  readonly kind: "still" | "live";
  readonly faces: readonly PreviewFace[];
}

export interface PreviewState {
  /** "waiting": asked, and no frame came yet. "stopped": it may not be watched; trying again changes nothing. */
  readonly phase: "paused" | "waiting" | "live" | "retrying" | "stopped";
  readonly picture: Picture | undefined;
  readonly error: AppError | undefined;
}

const MAX_WIDTH = 960;
const MAX_FPS = 5;
/** The server speaks at least every 15 s. */
const DEAD_AFTER_MS = 40_000;
const FINAL = new Set([Code.Unauthenticated, Code.PermissionDenied, Code.NotFound, Code.FailedPrecondition]);

/**
 * A camera's live picture: a still one first, then frames as they come. Tried again for ever, with growing
 * pauses, until it is paused. Frames leave the shop only meanwhile.
 */
export class Preview {
  readonly #client: Client<typeof CameraControlService>;
  readonly #cameraId: string;
  readonly #backoff: Backoff;
  readonly #listeners = new Set<() => void>();
  #state: PreviewState = { phase: "paused", picture: undefined, error: undefined };
  #run: AbortController | undefined;

  constructor(options: { client: Client<typeof CameraControlService>; cameraId: string; random?: () => number }) {
    this.#client = options.client;
    this.#cameraId = options.cameraId;
    this.#backoff = new Backoff({ firstMs: 500, longestMs: 15_000, ...(options.random && { random: options.random }) });
  }

  readonly state = (): PreviewState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  start(): void {
    if (this.#run) return;
    this.#run = new AbortController();
    this.#backoff.succeeded();
    this.#publish({ phase: "waiting", error: undefined });
    void this.#still(this.#run.signal);
    void this.#watch(this.#run.signal);
  }

  /** Ends the stream and keeps what is shown. */
  pause(): void {
    this.#run?.abort();
    this.#run = undefined;
    if (this.#state.phase !== "stopped") this.#publish({ phase: "paused" });
  }

  /** Ends the stream and gives the picture's memory back. */
  close(): void {
    this.pause();
    this.#show(undefined);
  }

  async #still(run: AbortSignal): Promise<void> {
    try {
      const { data, contentType } = await this.#client.getSnapshot({ cameraId: this.#cameraId }, { signal: run });
      // A frame of the stream that was quicker is newer.
      if (run.aborted || this.#state.picture?.kind === "live") return;
      this.#show({ url: urlOf(data, contentType), takenAt: undefined, gotAt: Date.now(), kind: "still", faces: [] });
    } catch {
      // The stream says why there is no picture.
    }
  }

  async #watch(run: AbortSignal): Promise<void> {
    for (;;) {
      const error = await this.#stream(run);
      if (run.aborted) return;
      if (error && FINAL.has(error.code)) {
        this.#run = undefined;
        this.#show(undefined);
        this.#publish({ phase: "stopped", error });
        return;
      }
      this.#publish({ phase: "retrying", error });
      if (!(await pause(Math.max(this.#backoff.failed(), error?.retryAfterMs ?? 0), run))) return;
    }
  }

  /** Reads one stream until it ends; answers why, undefined when it fell silent or simply ended. */
  async #stream(run: AbortSignal): Promise<AppError | undefined> {
    const attempt = new AbortController();
    const signal = AbortSignal.any([run, attempt.signal]);
    let deadMan: ReturnType<typeof setTimeout> | undefined;
    const heard = () => {
      clearTimeout(deadMan);
      deadMan = setTimeout(() => {
        attempt.abort();
      }, DEAD_AFTER_MS);
    };
    heard();
    try {
      const asked = { cameraId: this.#cameraId, maxWidth: MAX_WIDTH, maxFps: MAX_FPS };
      for await (const frame of this.#client.watchPreview(asked, { signal, timeoutMs: 0 })) {
        if (signal.aborted) break;
        heard();
        if (frame.jpeg.length > 0) this.#take(frame);
      }
      return undefined;
    } catch (error) {
      return attempt.signal.aborted ? undefined : toAppError(error);
    } finally {
      clearTimeout(deadMan);
      attempt.abort();
    }
  }

  #take({ jpeg, captureTime, faces }: PreviewFrame): void {
    this.#backoff.succeeded();
    const takenAt = captureTime && timestampMs(captureTime);
    this.#show({ url: urlOf(jpeg, "image/jpeg"), takenAt, gotAt: Date.now(), kind: "live", faces });
    if (this.#state.phase !== "live") this.#publish({ phase: "live", error: undefined });
  }

  #show(picture: Picture | undefined): void {
    const before = this.#state.picture;
    this.#publish({ picture });
    if (before) URL.revokeObjectURL(before.url);
  }

  #publish(change: Partial<PreviewState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

function urlOf(data: Uint8Array, type: string): string {
  return URL.createObjectURL(new Blob([new Uint8Array(data)], { type }));
}
