import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";

import { type WatchResponse, WatchResponseSchema } from "./gen/footfall/v1/live_service_pb";
import type { SharedWatch } from "./sharedWatch";

// What tabs and the shared worker say to each other. Messages of the API travel in their own encoding: a copy of an
// object of theirs is not one of theirs.

type ToWorker =
  /** The lock is held for as long as the tab lives. */
  | { readonly kind: "tab"; readonly lock: string }
  | { readonly kind: "open"; readonly id: number; readonly key: string; readonly token: string; readonly after: bigint }
  | { readonly kind: "close"; readonly id: number };

type ToTab =
  | { readonly kind: "ready" }
  | { readonly kind: "opened"; readonly id: number }
  | { readonly kind: "message"; readonly id: number; readonly body: Uint8Array }
  | { readonly kind: "ended"; readonly id: number; readonly token: string; readonly error: WireError };

interface WireError {
  readonly code: Code;
  readonly message: string;
  readonly details: readonly { readonly type: string; readonly value: Uint8Array }[];
}

/** As much of a MessagePort as is needed here. */
export interface Port {
  postMessage(message: ToWorker | ToTab): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  start(): void;
}

/** What ends with the promise: a Web Lock of the tab, which it loses when it is closed or crashes. */
export type UntilGone = (lock: string) => Promise<void>;

/** The worker's end: serves one tab. */
export function servePort(port: Port, shared: SharedWatch, untilGone: UntilGone): void {
  const leaves = new Map<number, () => void>();
  const close = (id: number) => {
    leaves.get(id)?.();
    leaves.delete(id);
  };
  port.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
    switch (data.kind) {
      case "tab":
        void untilGone(data.lock).then(() => {
          for (const id of [...leaves.keys()]) close(id);
        });
        break;
      case "close":
        close(data.id);
        break;
      case "open": {
        const { id, key, token, after } = data;
        const leave = shared.join({
          key,
          token,
          after,
          onOpen: () => {
            port.postMessage({ kind: "opened", id });
          },
          onMessage: (response) => {
            port.postMessage({ kind: "message", id, body: toBinary(WatchResponseSchema, response) });
          },
          onEnd: (error, used) => {
            leaves.delete(id);
            port.postMessage({ kind: "ended", id, token: used, error: toWire(error) });
          },
        });
        leaves.set(id, leave);
        break;
      }
    }
  });
  port.start();
  port.postMessage({ kind: "ready" });
}

export interface SharedOpening {
  readonly key: string;
  readonly token: string;
  readonly after: bigint;
  readonly signal: AbortSignal;
  readonly onOpen: () => void;
  /** Told with which token the server was asked when the stream ended. */
  readonly onToken: (token: string) => void;
}

/** The tab's end: streams through the worker. */
export class WatchPort {
  readonly #port: Port;
  readonly #receivers = new Map<number, (message: ToTab) => void>();
  readonly ready: Promise<void>;
  #last = 0;

  constructor(port: Port, lock: string) {
    this.#port = port;
    this.ready = new Promise((resolve) => {
      port.addEventListener("message", ({ data }: MessageEvent<ToTab>) => {
        if (data.kind === "ready") resolve();
        else this.#receivers.get(data.id)?.(data);
      });
    });
    port.start();
    port.postMessage({ kind: "tab", lock });
  }

  async *open({ key, token, after, signal, onOpen, onToken }: SharedOpening): AsyncGenerator<WatchResponse> {
    const id = (this.#last += 1);
    const queue: ToTab[] = [];
    let wake: () => void = () => undefined;
    const stir = () => {
      wake();
    };
    this.#receivers.set(id, (message) => {
      queue.push(message);
      wake();
    });
    signal.addEventListener("abort", stir);
    try {
      signal.throwIfAborted();
      this.#port.postMessage({ kind: "open", id, key, token, after });
      for (;;) {
        signal.throwIfAborted();
        const message = queue.shift();
        if (!message) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          continue;
        }
        if (message.kind === "opened") onOpen();
        if (message.kind === "message") yield fromBinary(WatchResponseSchema, message.body);
        if (message.kind === "ended") {
          onToken(message.token);
          throw fromWire(message.error);
        }
      }
    } finally {
      signal.removeEventListener("abort", stir);
      this.#receivers.delete(id);
      this.#port.postMessage({ kind: "close", id });
    }
  }
}

function toWire(error: ConnectError): WireError {
  const details = error.details.flatMap((detail) => ("type" in detail ? [{ type: detail.type, value: detail.value }] : []));
  return { code: error.code, message: error.rawMessage, details };
}

function fromWire({ code, message, details }: WireError): ConnectError {
  const error = new ConnectError(message, code);
  error.details = [...details];
  return error;
}
