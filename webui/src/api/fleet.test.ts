import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect, it } from "vitest";

import { CAMERA, uuid } from "../testing/shop";
import { type Fleet, readingOf, withChange } from "./fleet";
import { type Worker, WorkerSchema } from "./gen/footfall/v1/camera_control_service_pb";
import { CameraFault, CameraHealthSchema, CameraState, WorkerStatus } from "./gen/footfall/v1/ingest_service_pb";
import { ChangeKind, type WatchResponse, WatchResponseSchema } from "./gen/footfall/v1/live_service_pb";

const HEALTH = create(CameraHealthSchema, { cameraId: CAMERA.cameraId, state: CameraState.ONLINE });

function worker(number: number, state: CameraState, seen: number, status = WorkerStatus.ONLINE): Worker {
  return create(WorkerSchema, {
    workerId: uuid("9", number),
    displayName: `worker ${String(number)}`,
    status,
    lastSeenTime: timestampFromMs(seen),
    cameras: [{ ...HEALTH, state }],
  });
}

function fleet(...workers: Worker[]): Fleet {
  return { cameras: [CAMERA], workers, revision: 5n, at: 0 };
}

function told(change: WatchResponse["change"]): WatchResponse {
  return create(WatchResponseSchema, { revision: 6n, change });
}

it("believes who reads a camera before who only knows who does, and nobody without a link", () => {
  const [idle, reader] = [worker(1, CameraState.HELD_ELSEWHERE, 9_000), worker(2, CameraState.FAILED, 5_000)];
  expect(readingOf(CAMERA.cameraId, [idle, reader])?.worker).toBe(reader);
  expect(readingOf(CAMERA.cameraId, [idle])?.worker).toBe(idle);
  expect(readingOf(CAMERA.cameraId, [worker(3, CameraState.ONLINE, 9_000, WorkerStatus.OFFLINE)])).toBeUndefined();
});

it("takes what the watch says into the list", () => {
  const before = fleet(worker(1, CameraState.ONLINE, 1_000), worker(2, CameraState.HELD_ELSEWHERE, 1_000));
  const failed = { ...HEALTH, state: CameraState.FAILED, fault: CameraFault.STALL };
  const after = withChange(
    before,
    told({
      case: "camera",
      value: { $typeName: "footfall.v1.CameraChange", kind: ChangeKind.UPDATED, camera: CAMERA, health: failed, workerId: uuid("9", 1) },
    }),
    7,
  );
  expect(after.at).toBe(7);
  expect(after.workers.map(({ cameras }) => cameras[0]?.state)).toEqual([CameraState.FAILED, CameraState.HELD_ELSEWHERE]);
});

it("drops what is gone, and adds what is new by its name", () => {
  const before = fleet(worker(2, CameraState.ONLINE, 1_000));
  const added = withChange(
    before,
    told({ case: "worker", value: { $typeName: "footfall.v1.WorkerChange", kind: ChangeKind.CREATED, worker: worker(1, CameraState.ONLINE, 1) } }),
    1,
  );
  expect(added.workers.map(({ displayName }) => displayName)).toEqual(["worker 1", "worker 2"]);
  const gone = withChange(
    added,
    told({ case: "camera", value: { $typeName: "footfall.v1.CameraChange", kind: ChangeKind.DELETED, camera: CAMERA, workerId: "" } }),
    2,
  );
  expect(gone.cameras).toEqual([]);
});
