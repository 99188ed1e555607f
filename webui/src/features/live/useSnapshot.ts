import { createClient } from "@connectrpc/connect";
import { useEffect, useMemo, useState } from "react";

import { useBackend } from "../../api/backend";
import { type AppError, toAppError } from "../../api/errors";
import { CameraControlService } from "../../api/gen/footfall/v1/camera_control_service_pb";

export const SNAPSHOT_EVERY_MS = 10_000;
const LONGEST_PAUSE_MS = 60_000;

export interface Snapshot {
  readonly url: string | undefined;
  /** When it was asked for, in milliseconds since the epoch. */
  readonly at: number | undefined;
  /** Why there is no newer one. */
  readonly failure: AppError | undefined;
}

const NONE: Snapshot = { url: undefined, at: undefined, failure: undefined };

/** A camera's picture, asked for again and again while it is wanted and the tab is looked at. */
export function useSnapshot(cameraId: string, wanted: boolean): Snapshot {
  const { transport } = useBackend();
  const client = useMemo(() => createClient(CameraControlService, transport), [transport]);
  const [snapshot, setSnapshot] = useState(NONE);
  useEffect(() => {
    if (!wanted) return;
    const ended = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let url: string | undefined;
    let fails = 0;
    let busy = false;
    const look = async () => {
      // Whoever comes back while a picture is on its way gets that one: two at a time would go on as two.
      if (busy || document.visibilityState === "hidden") return;
      busy = true;
      try {
        const { data, contentType } = await client.getSnapshot({ cameraId }, { signal: ended.signal });
        if (ended.signal.aborted) return;
        fails = 0;
        const before = url;
        url = URL.createObjectURL(new Blob([new Uint8Array(data)], { type: contentType }));
        setSnapshot({ url, at: Date.now(), failure: undefined });
        if (before !== undefined) URL.revokeObjectURL(before);
      } catch (error) {
        if (ended.signal.aborted) return;
        fails += 1;
        setSnapshot((known) => ({ ...known, failure: toAppError(error) }));
      } finally {
        busy = false;
      }
      timer = setTimeout(() => void look(), Math.min(SNAPSHOT_EVERY_MS * 2 ** fails, LONGEST_PAUSE_MS));
    };
    const wake = () => {
      clearTimeout(timer);
      void look();
    };
    document.addEventListener("visibilitychange", wake);
    void look();
    return () => {
      ended.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", wake);
      if (url !== undefined) URL.revokeObjectURL(url);
      setSnapshot(NONE);
    };
  }, [client, cameraId, wanted]);
  return snapshot;
}
