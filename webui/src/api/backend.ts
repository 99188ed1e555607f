import { createClient, type Transport } from "@connectrpc/connect";
import { createContext, useContext } from "react";

import { ImageService } from "./gen/footfall/v1/image_service_pb";
import { LiveService, Topic } from "./gen/footfall/v1/live_service_pb";
import { ImageStore } from "./images";
import type { Session } from "./session";
import { WatchHub } from "./watch";

/** Everything that talks to the server: made once per tab, handed to the pages by context. */
export interface Backend {
  readonly session: Session;
  readonly transport: Transport;
  readonly hub: WatchHub;
  readonly images: ImageStore;
}

export function createBackend(session: Session, transport: Transport): Backend {
  const live = createClient(LiveService, transport);
  const image = createClient(ImageService, transport);
  const hub = new WatchHub({
    open: (afterRevision, signal, onOpen) =>
      live.watch({ topics: [Topic.VISITS], afterRevision }, { signal, onHeader: onOpen, timeoutMs: 0 }),
    onSignedOut: () => {
      session.end("expired");
    },
  });
  const images = new ImageStore({
    fetch: async (imageId, signal) => {
      const body = await image.getImage({ imageId }, { signal });
      return new Blob([new Uint8Array(body.data)], { type: body.contentType });
    },
  });
  session.subscribe(() => {
    if (!session.current()) images.clear();
  });
  return { session, transport, hub, images };
}

export const BackendContext = createContext<Backend | undefined>(undefined);

export function useBackend(): Backend {
  const backend = useContext(BackendContext);
  if (!backend) throw new Error("no BackendContext above this component");
  return backend;
}
