import { createClient, createContextValues, type Transport } from "@connectrpc/connect";
import { createContext, useContext } from "react";

import { ImageService } from "./gen/footfall/v1/image_service_pb";
import { LiveService, Topic } from "./gen/footfall/v1/live_service_pb";
import { ImageStore } from "./images";
import type { Keeper } from "./keeper";
import type { Landing } from "./landing";
import type { Session } from "./session";
import { SignIn } from "./signIn";
import type { Tabs } from "./tabs";
import { SENT_TOKEN } from "./transport";
import { WatchHub } from "./watch";

/** Everything that talks to the server: made once per tab, handed to the pages by context. */
export interface Backend {
  readonly session: Session;
  readonly keeper: Keeper;
  readonly signIn: SignIn;
  readonly landing: Landing;
  readonly transport: Transport;
  readonly hub: WatchHub;
  readonly images: ImageStore;
}

export interface BackendParts {
  readonly session: Session;
  readonly keeper: Keeper;
  readonly tabs: Tabs;
  readonly landing: Landing;
  readonly transport: Transport;
}

export function createBackend({ session, keeper, tabs, landing, transport }: BackendParts): Backend {
  const live = createClient(LiveService, transport);
  const image = createClient(ImageService, transport);
  const signIn = new SignIn({ transport, keeper, tabs });
  let values = createContextValues();
  const hub = new WatchHub({
    open: (afterRevision, signal, onOpen) => {
      values = createContextValues();
      return live.watch(
        { topics: [Topic.VISITS], afterRevision },
        { signal, onHeader: onOpen, timeoutMs: 0, contextValues: values },
      );
    },
    renew: async () => (await keeper.renew(values.get(SENT_TOKEN))) !== undefined,
  });
  const images = new ImageStore({
    fetch: async (imageId, signal) => {
      const body = await image.getImage({ imageId }, { signal });
      return new Blob([new Uint8Array(body.data)], { type: body.contentType });
    },
  });
  session.onEpoch(() => {
    images.clear();
    hub.forget();
  });
  return { session, keeper, signIn, landing, transport, hub, images };
}

export const BackendContext = createContext<Backend | undefined>(undefined);

export function useBackend(): Backend {
  const backend = useContext(BackendContext);
  if (!backend) throw new Error("no BackendContext above this component");
  return backend;
}
