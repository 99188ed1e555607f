import { createClient } from "@connectrpc/connect";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { useBackend } from "../../api/backend";
import { type AppError, toAppError } from "../../api/errors";
import { CameraControlService } from "../../api/gen/footfall/v1/camera_control_service_pb";
import type { Turns } from "./turns";

/** A picture of a list is good for so long; each one is written into the audit log. */
const GOOD_FOR_MS = 60_000;

export interface Snapshot {
  readonly blob: Blob | undefined;
  /** When it came, in milliseconds since the epoch. */
  readonly at: number | undefined;
  readonly failure: AppError | undefined;
  readonly busy: boolean;
}

/** A camera's picture, asked for once it is wanted. */
export function useSnapshot(cameraId: string, wanted: boolean, turns: Turns): Snapshot {
  const { transport } = useBackend();
  const client = useMemo(() => createClient(CameraControlService, transport), [transport]);
  const { data, error, isFetching } = useQuery({
    queryKey: ["snapshots", cameraId],
    enabled: wanted,
    retry: false,
    staleTime: GOOD_FOR_MS,
    gcTime: GOOD_FOR_MS,
    refetchOnWindowFocus: false,
    queryFn: ({ signal }) =>
      turns.take(async () => {
        const { data: bytes, contentType } = await client.getSnapshot({ cameraId }, { signal });
        return { blob: new Blob([new Uint8Array(bytes)], { type: contentType }), at: Date.now() };
      }),
  });
  return { blob: data?.blob, at: data?.at, failure: error ? toAppError(error) : undefined, busy: isFetching };
}
