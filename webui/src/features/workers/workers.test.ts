import { create } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect, it } from "vitest";

import { WorkerSchema } from "../../api/gen/footfall/v1/camera_control_service_pb";
import { clockText, concernsOf, sizeText } from "./concerns";
import { queueText } from "./queueText";

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;

it("says what becomes a loss before it is one", () => {
  const worker = create(WorkerSchema, {
    clockOffset: durationFromMs(-21_000),
    queue: { waitingEvents: 3n, droppedEvents: 2n, oldestEventTime: timestampFromMs(NOW - 30 * MINUTE) },
    freeDiskBytes: 3_221_225_472n,
  });
  expect(concernsOf(worker, NOW)).toEqual([
    "Its clock is 21 s ahead. From half a minute on it cannot sign in.",
    "Events wait for 30 min: does it reach the core?",
    "2 events were lost because its disk was full.",
    "Only 3.2 GB are left on its disk.",
  ]);
});

it("has nothing to say of a worker that does well, or says nothing itself", () => {
  const well = { clockOffset: durationFromMs(200), queue: { waitingEvents: 1n, oldestEventTime: timestampFromMs(NOW - 1000) } };
  expect(concernsOf(create(WorkerSchema, well), NOW)).toEqual([]);
  expect(concernsOf(create(WorkerSchema, {}), NOW)).toEqual([]);
});

it("reads a worker's times by the core's clock", () => {
  const worker = create(WorkerSchema, {
    clockOffset: durationFromMs(5 * MINUTE),
    queue: { waitingEvents: 1n, oldestEventTime: timestampFromMs(NOW - 7 * MINUTE) },
  });
  expect(queueText(worker, NOW)).toBe("1 event, from 2 min ago");
  expect(clockText(worker)).toBe("-300.0 s");
  expect(clockText(create(WorkerSchema, { clockOffset: durationFromMs(-140) }))).toBe("+0.1 s");
});

it("writes sizes as people do", () => {
  expect([0n, 999n, 184_320n, 182_536_110_080n].map(sizeText)).toEqual(["0 B", "999 B", "184.3 kB", "182.5 GB"]);
});
