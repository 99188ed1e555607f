import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createContext, useContext } from "react";

import { ImageService } from "./gen/footfall/v1/image_service_pb";
import { ImageStore } from "./images";
import type { Keeper } from "./keeper";
import type { Landing } from "./landing";
import type { LiveStream } from "./liveStream";
import type { Session } from "./session";
import { SignIn } from "./signIn";
import type { Tabs } from "./tabs";
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
  /** Enrolled pictures, by "staff id/face id". */
  readonly staffFaces: ImageStore;
}

export interface BackendParts {
  readonly session: Session;
  readonly keeper: Keeper;
  readonly tabs: Tabs;
  readonly landing: Landing;
  readonly transport: Transport;
  /** Whether tabs of this browser may share one live stream. */
  readonly sharing?: boolean;
}

/** What is not loaded now may be later, like a server that is away. */
async function loadLiveStream() {
  try {
    return await import("./liveStream");
  } catch (error) {
    throw new ConnectError("a part of the console cannot be loaded", Code.Unavailable, undefined, undefined, error);
  }
}

/** What most pages never show is loaded with the first picture. */
async function loadStaffFace(transport: Transport, key: string, signal: AbortSignal): Promise<Blob> {
  const { readStaffFace } = await import("./staffFaces");
  return readStaffFace(transport, key, signal);
}

export function createBackend({ session, keeper, tabs, landing, transport, sharing = false }: BackendParts): Backend {
  const image = createClient(ImageService, transport);
  const signIn = new SignIn({ transport, keeper, tabs });
  let stream: LiveStream | undefined;
  let asked = "";
  const hub = new WatchHub({
    open: async function* (after, signal, onOpen) {
      const live = await loadLiveStream();
      stream ??= new live.LiveStream({ transport, session, keeper, connectShared: sharing ? live.sharingOf(window) : undefined });
      yield* stream.open({
        after,
        signal,
        onOpen,
        onToken: (token) => {
          asked = token;
        },
      });
    },
    renew: async () => (await keeper.renew(asked)) !== undefined,
  });
  const images = new ImageStore({
    fetch: async (imageId, signal) => {
      const body = await image.getImage({ imageId }, { signal });
      return new Blob([new Uint8Array(body.data)], { type: body.contentType });
    },
  });
  const staffFaces = new ImageStore({ fetch: (key, signal) => loadStaffFace(transport, key, signal) });
  session.onEpoch(() => {
    images.clear();
    staffFaces.clear();
    hub.forget();
  });
  return { session, keeper, signIn, landing, transport, hub, images, staffFaces };
}

export const BackendContext = createContext<Backend | undefined>(undefined);

export function useBackend(): Backend {
  const backend = useContext(BackendContext);
  if (!backend) throw new Error("no BackendContext above this component");
  return backend;
}
