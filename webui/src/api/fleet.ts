import { timestampMs } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import { useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";

import { useBackend } from "./backend";
import { CameraControlService, type Worker } from "./gen/footfall/v1/camera_control_service_pb";
import { type Camera, CameraService } from "./gen/footfall/v1/camera_service_pb";
import { type CameraHealth, CameraState, WorkerStatus } from "./gen/footfall/v1/ingest_service_pb";
import { type CameraChange, ChangeKind, type WatchResponse } from "./gen/footfall/v1/live_service_pb";
import { CAMERAS_KEY, everyPage, PAGE_SIZE } from "./hooks";

/** Below the cameras' key: who changes cameras has this read again, too. */
export const FLEET_KEY = [...CAMERAS_KEY, "fleet"] as const;

/** Frame rates, queues and clocks change without a word of the watch. Only while the tab is looked at. */
const READ_AGAIN_MS = 15_000;

/** The cameras and the workers that read them, as of one moment. */
export interface Fleet {
  /** By name. */
  readonly cameras: readonly Camera[];
  /** By name. */
  readonly workers: readonly Worker[];
  /** Watching after it misses nothing. */
  readonly revision: bigint;
  /** When it was known to be so, in milliseconds since the epoch. */
  readonly at: number;
}

/** Cameras and workers, kept current by the watch while the page is shown. */
export function useFleet(): UseQueryResult<Fleet> {
  const { transport } = useBackend();
  const cameras = useMemo(() => createClient(CameraService, transport), [transport]);
  const control = useMemo(() => createClient(CameraControlService, transport), [transport]);
  const fleet = useQuery({
    queryKey: FLEET_KEY,
    refetchInterval: READ_AGAIN_MS,
    queryFn: async ({ signal }): Promise<Fleet> => {
      const revisions: bigint[] = [];
      const [allCameras, allWorkers] = await Promise.all([
        everyPage(async (pageToken) => {
          const page = await cameras.listCameras({ pageSize: PAGE_SIZE, pageToken }, { signal });
          revisions.push(page.revision);
          return [page.cameras, page.nextPageToken];
        }),
        everyPage(async (pageToken) => {
          const page = await control.listWorkers({ pageSize: PAGE_SIZE, pageToken }, { signal });
          revisions.push(page.revision);
          return [page.workers, page.nextPageToken];
        }),
      ]);
      const revision = revisions.reduce((least, each) => (each < least ? each : least));
      return { cameras: allCameras, workers: allWorkers, revision, at: Date.now() };
    },
  });
  useFleetWatch(fleet.data?.revision);
  return fleet;
}

/** Follows the changes after the first list; a list that is read later is only newer. */
function useFleetWatch(revision: bigint | undefined): void {
  const { hub } = useBackend();
  const queries = useQueryClient();
  const [start, setStart] = useState<bigint>();
  if (start === undefined && revision !== undefined) setStart(revision);
  useEffect(() => {
    if (start === undefined) return;
    return hub.subscribe(start, {
      onChange: (response) => {
        queries.setQueryData<Fleet>(FLEET_KEY, (known) => known && withChange(known, response, Date.now()));
      },
      onReset: () => {
        void queries.refetchQueries({ queryKey: FLEET_KEY }).then(() => {
          setStart(queries.getQueryData<Fleet>(FLEET_KEY)?.revision);
        });
      },
    });
  }, [hub, queries, start]);
}

/** The fleet after a change that the watch brought. */
export function withChange(fleet: Fleet, response: WatchResponse, at: number): Fleet {
  const { change } = response;
  if (change.case === "worker" && change.value.worker) {
    const { kind, worker } = change.value;
    return { ...fleet, at, workers: replaced(fleet.workers, worker, ({ workerId }) => workerId, kind) };
  }
  if (change.case === "camera" && change.value.camera) {
    const { kind, camera } = change.value;
    const workers = fleet.workers.map((worker) => withHealth(worker, change.value));
    return { ...fleet, at, workers, cameras: replaced(fleet.cameras, camera, ({ cameraId }) => cameraId, kind) };
  }
  return fleet;
}

/** What the worker that reads a camera sees of it now; the others' words stay until they say otherwise. */
function withHealth(worker: Worker, { health, workerId }: CameraChange): Worker {
  if (!health || worker.workerId !== workerId) return worker;
  return { ...worker, cameras: [...worker.cameras.filter(({ cameraId }) => cameraId !== health.cameraId), health] };
}

function replaced<T extends { readonly displayName: string }>(
  known: readonly T[],
  changed: T,
  idOf: (item: T) => string,
  kind: ChangeKind,
): readonly T[] {
  const others = known.filter((item) => idOf(item) !== idOf(changed));
  if (kind === ChangeKind.DELETED) return others;
  return [...others, changed].sort((a, b) => a.displayName.localeCompare(b.displayName));
}

/** Who reads a camera, and what it sees of it. */
export interface Reading {
  readonly worker: Worker;
  readonly health: CameraHealth;
}

/**
 * The reading of a camera, as the core picks it: of a worker that has a link, and of one that reads it before one
 * that only says that another does.
 */
export function readingOf(cameraId: string, workers: readonly Worker[]): Reading | undefined {
  const readings = workers.flatMap((worker): Reading[] => {
    if (worker.status === WorkerStatus.OFFLINE) return [];
    const health = worker.cameras.find((each) => each.cameraId === cameraId);
    return health ? [{ worker, health }] : [];
  });
  const weight = ({ health }: Reading) => (health.state === CameraState.HELD_ELSEWHERE ? 0 : 1);
  return readings.sort((a, b) => weight(b) - weight(a) || lastSeen(b.worker) - lastSeen(a.worker))[0];
}

/** When the worker was last heard of, in milliseconds since the epoch; 0 when it never was. */
export function lastSeen({ lastSeenTime }: Worker): number {
  return lastSeenTime ? timestampMs(lastSeenTime) : 0;
}
