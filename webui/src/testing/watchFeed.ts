import { create } from "@bufbuild/protobuf";

import { ChangeKind, type WatchResponse, WatchResponseSchema } from "../api/gen/footfall/v1/live_service_pb";
import type { Visit } from "../api/gen/footfall/v1/visit_service_pb";

/** A stream that a test feeds by hand, and can break. */
export class WatchFeed {
  readonly #queue: (WatchResponse | Error | "end")[] = [];
  #wake: (() => void) | undefined;

  push(...items: (WatchResponse | Error | "end")[]): void {
    this.#queue.push(...items);
    this.#wake?.();
  }

  async *stream(signal: AbortSignal): AsyncGenerator<WatchResponse> {
    for (;;) {
      signal.throwIfAborted();
      const item = this.#queue.shift();
      if (item === "end") return;
      if (item instanceof Error) throw item;
      if (item) {
        yield item;
        continue;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        signal.addEventListener(
          "abort",
          () => {
            resolve();
          },
          { once: true },
        );
      });
    }
  }
}

export function progress(revision: bigint): WatchResponse {
  return create(WatchResponseSchema, { revision });
}

export function change(revision: bigint, visit: Visit, kind = ChangeKind.CREATED): WatchResponse {
  return create(WatchResponseSchema, { revision, change: { case: "visit", value: { kind, visit } } });
}
