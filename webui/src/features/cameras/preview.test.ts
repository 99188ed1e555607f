import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, createClient, createRouterTransport } from "@connectrpc/connect";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { CameraControlService, type PreviewFrame, PreviewFrameSchema } from "../../api/gen/footfall/v1/camera_control_service_pb";
import { ErrorReason } from "../../api/gen/footfall/v1/error_reason_pb";
import { refusal } from "../../testing/renderConsole";
import { uuid } from "../../testing/shop";
import { Preview } from "./preview";

const FRAME = create(PreviewFrameSchema, { jpeg: new Uint8Array([1]), captureTime: timestampFromMs(5_000) });
const ALIVE = create(PreviewFrameSchema, {});

let made = 0;
const revoked: string[] = [];

beforeEach(() => {
  made = 0;
  revoked.length = 0;
  vi.spyOn(URL, "createObjectURL").mockImplementation(() => `blob:${(made += 1)}`);
  vi.spyOn(URL, "revokeObjectURL").mockImplementation((url) => revoked.push(url));
});
afterEach(() => {
  vi.useRealTimers();
});

/** A preview of a core whose streams are these, one after another; the last one stays. */
function open(streams: ((signal: AbortSignal) => AsyncIterable<PreviewFrame>)[], snapshot: () => Uint8Array = () => new Uint8Array([9])) {
  let opened = 0;
  const transport = createRouterTransport((router) => {
    router.service(CameraControlService, {
      getSnapshot: () => ({ contentType: "image/jpeg", data: snapshot() }),
      watchPreview: (_, { signal }) => streams[Math.min(opened++, streams.length - 1)]!(signal),
    });
  });
  const preview = new Preview({ client: createClient(CameraControlService, transport), cameraId: uuid("2", 1), random: () => 0 });
  return { preview, opened: () => opened };
}

async function* until(signal: AbortSignal, ...frames: PreviewFrame[]) {
  yield* frames;
  await new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => {
      resolve();
    });
  });
}

it("shows a still picture until the stream has one", async () => {
  const { preview } = open([(signal) => until(signal, ALIVE)]);
  preview.start();
  await vi.waitFor(() => {
    expect(preview.state()).toMatchObject({ phase: "waiting", picture: { kind: "still", takenAt: undefined } });
  });
  preview.close();
  expect(revoked).toEqual(["blob:1"]);
});

it("shows frames with the time at which they were taken, and gives the ones before back", async () => {
  const { preview } = open([(signal) => until(signal, FRAME, FRAME, FRAME)], () => {
    throw refusal(Code.Unavailable, "WORKER_OFFLINE");
  });
  preview.start();
  await vi.waitFor(() => {
    expect(made).toBe(3);
  });
  expect(preview.state()).toMatchObject({ phase: "live", picture: { url: "blob:3", kind: "live", takenAt: 5_000 } });
  expect(revoked).toEqual(["blob:1", "blob:2"]);
  preview.pause();
  expect(preview.state()).toMatchObject({ phase: "paused", picture: { url: "blob:3" } });
});

it("tries again for ever, and says why it waits", async () => {
  vi.useFakeTimers();
  const away = () => {
    throw refusal(Code.Unavailable, "WORKER_OFFLINE");
  };
  const { preview, opened } = open([...Array.from({ length: 8 }, () => away), (signal) => until(signal, FRAME)]);
  preview.start();
  await vi.advanceTimersByTimeAsync(100);
  expect(preview.state()).toMatchObject({ phase: "retrying", error: { reason: ErrorReason.WORKER_OFFLINE } });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(preview.state()).toMatchObject({ phase: "live", error: undefined });
  expect(opened()).toBe(9);
  preview.close();
});

it("gives a stream up that fell silent", async () => {
  vi.useFakeTimers();
  const { preview, opened } = open([(signal) => until(signal, FRAME)]);
  preview.start();
  await vi.advanceTimersByTimeAsync(39_000);
  expect(opened()).toBe(1);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(opened()).toBe(2);
  preview.close();
});

it("stops where pictures stay in the shop, and shows none", async () => {
  const { preview, opened } = open([
    () => {
      throw refusal(Code.FailedPrecondition, "IMAGES_NOT_ALLOWED");
    },
  ]);
  preview.start();
  await vi.waitFor(() => {
    expect(preview.state()).toMatchObject({ phase: "stopped", picture: undefined, error: { reason: ErrorReason.IMAGES_NOT_ALLOWED } });
  });
  expect(opened()).toBe(1);
});
