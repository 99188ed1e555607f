import { durationMs, timestampMs } from "@bufbuild/protobuf/wkt";

import type { Worker } from "../../api/gen/footfall/v1/camera_control_service_pb";
import { span } from "../../time/format";
import { t } from "./texts";

/** A certificate is refused when the clock is half a minute off: early enough to mend it. */
const CLOCK_MS = 10_000;
const OLDEST_EVENT_MS = 10 * 60_000;
const LITTLE_DISK = 5_000_000_000n;

/** What somebody should look at before it becomes a loss, in words. */
export function concernsOf(worker: Worker, now: number): readonly string[] {
  const concerns: string[] = [];
  const offset = worker.clockOffset ? durationMs(worker.clockOffset) : 0;
  if (Math.abs(offset) > CLOCK_MS) {
    concerns.push(t(offset > 0 ? "clockBehind" : "clockAhead", { span: span(Math.abs(offset)) }));
  }
  const oldest = worker.queue?.oldestEventTime;
  const waited = oldest ? now - timestampMs(oldest) - offset : 0;
  if (waited > OLDEST_EVENT_MS) concerns.push(t("oldestWaits", { span: span(waited) }));
  const dropped = worker.queue?.droppedEvents ?? 0n;
  if (dropped > 0n) concerns.push(t("dropped", { count: dropped }));
  if (worker.freeDiskBytes > 0n && worker.freeDiskBytes < LITTLE_DISK) {
    concerns.push(t("littleDisk", { size: sizeText(worker.freeDiskBytes) }));
  }
  return concerns;
}

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** "184 kB", "182.5 GB": a kB is 1000 bytes. */
export function sizeText(bytes: bigint): string {
  let value = Number(bytes);
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return t("size", { value: Math.round(value * 10) / 10, unit: UNITS[unit] ?? "" });
}

/** How far the worker's clock is off, signed: "+0.1 s" is ahead of the core's. */
export function clockText({ clockOffset }: Worker): string {
  if (!clockOffset) return t("notMeasured");
  const ahead = -durationMs(clockOffset) / 1000;
  const seconds = Math.abs(ahead) < 0.05 ? "0.0" : ahead.toFixed(1);
  return t("seconds", { seconds: ahead >= 0.05 ? `+${seconds}` : seconds });
}
