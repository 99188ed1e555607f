// The program of the shared worker: one live stream for all tabs of this browser. It holds a token for as long as a
// tab of the same account watches, in memory alone, and lets go of it when any tab says that the session is over.
import { createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";

import { LiveService } from "./gen/footfall/v1/live_service_pb";
import { sessionKey } from "./session";
import { SharedWatch } from "./sharedWatch";
import { SESSION_CHANNEL, type TabMessage } from "./tabs";
import { servePort } from "./watchPort";

const live = createClient(
  LiveService,
  createGrpcWebTransport({
    baseUrl: location.origin,
    fetch: (input, init) => fetch(input, { ...init, credentials: "same-origin" }),
  }),
);

const shared = new SharedWatch((afterRevision, token, signal, onOpen) =>
  live.watch({ afterRevision }, { signal, onHeader: onOpen, timeoutMs: 0, headers: { authorization: `Bearer ${token}` } }),
);

new BroadcastChannel(SESSION_CHANNEL).addEventListener("message", ({ data }: MessageEvent<TabMessage>) => {
  if (data.kind === "ended") shared.endAllBut(undefined);
  if (data.kind === "began") shared.endAllBut(sessionKey(data.who));
});

/** Resolves when the tab that holds the lock is no more. */
const untilGone = (lock: string) => navigator.locks.request(lock, () => undefined);

// The types of this project are those of a page.
(self as unknown as { onconnect: (event: MessageEvent) => void }).onconnect = ({ ports }) => {
  const [port] = ports;
  if (port) servePort(port, shared, untilGone);
};
