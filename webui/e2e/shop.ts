import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { APIRequestContext } from "@playwright/test";

import type { JsonApi } from "./jsonApi";

interface CameraState {
  readonly playing: boolean;
  readonly started_at: string | null;
}

/** The demo shop of a running stack, from outside of the console. */
export interface Shop {
  /** As the administrator. */
  readonly api: JsonApi;
  /** People walk in before the demo camera; answers when the first frame of it is shown. */
  readonly open: () => Promise<Date>;
  /** Nobody is there any more. */
  readonly empty: () => Promise<void>;
  /** A file with a picture of somebody who walks in. */
  readonly picture: (name: string) => string;
  /** When the worker took a staff gallery that is no older than `since`; undefined when it did not yet. */
  readonly galleryTaken: (since: Date) => Promise<Date | undefined>;
}

export function demoShop(
  calls: APIRequestContext,
  api: JsonApi,
  places: { readonly cameraUrl: string; readonly pictures: string; readonly workerLog: string },
): Shop {
  const camera = async (way: "start" | "stop") => {
    const answer = await calls.post(`${places.cameraUrl}/${way}`);
    if (!answer.ok()) throw new Error(`the demo camera answered ${answer.status()} to ${way}`);
    return (await answer.json()) as CameraState;
  };
  return {
    api,
    open: async () => {
      const { started_at: startedAt } = await camera("start");
      if (startedAt === null) throw new Error("the demo camera does not say when it began");
      return new Date(startedAt);
    },
    empty: async () => {
      await camera("stop");
    },
    picture: (name) => join(places.pictures, name),
    galleryTaken: async (since) => {
      const lines = (await readFile(places.workerLog, "utf8")).split("\n");
      const taken = lines.filter((line) => line.includes('"staff_gallery_taken"')).map(momentOf);
      return taken.find((moment) => moment >= since);
    },
  };
}

function momentOf(line: string): Date {
  return new Date((JSON.parse(line) as { timestamp: string }).timestamp);
}
