import { type Timestamp, durationMs, timestampMs } from "@bufbuild/protobuf/wkt";

import type { Worker } from "../../api/gen/footfall/v1/camera_control_service_pb";
import type { Camera } from "../../api/gen/footfall/v1/camera_service_pb";
import { CameraFault, type CameraHealth, CameraState, WorkerStatus } from "../../api/gen/footfall/v1/ingest_service_pb";
import { t } from "./texts";

/** How much it needs somebody: fine, on its way, broken, or not meant to work. */
export type Tone = "good" | "busy" | "bad" | "idle";

export interface Condition {
  readonly tone: Tone;
  /** In a word or two. */
  readonly word: string;
  /** What it means and what to do; empty when there is nothing to say. */
  readonly hint: string;
}

/** How a camera does. `health` is what its worker says, undefined when none that has a link says anything. */
export function cameraCondition(camera: Pick<Camera, "enabled">, health: CameraHealth | undefined): Condition {
  if (camera.enabled === false) return { tone: "idle", word: t("off"), hint: t("offHint") };
  if (!health || health.state === CameraState.HELD_ELSEWHERE) {
    return { tone: "bad", word: t("unread"), hint: t("unreadHint") };
  }
  switch (health.state) {
    case CameraState.ONLINE:
      return { tone: "good", word: t("online"), hint: "" };
    case CameraState.STOPPED:
      return { tone: "idle", word: t("stopped"), hint: t("stoppedHint") };
    case CameraState.ENDED:
      return { tone: "idle", word: t("ended"), hint: t("endedHint") };
    case CameraState.FAILED:
      return { tone: "bad", ...faultText(health.fault) };
    case CameraState.CONNECTING:
    case CameraState.UNSPECIFIED:
      // A camera that failed before is opened again: why it failed is still what matters.
      if (health.fault !== CameraFault.UNSPECIFIED) return { tone: "bad", ...faultText(health.fault) };
      return { tone: "busy", word: t("connecting"), hint: t("connectingHint") };
  }
}

function faultText(fault: CameraFault): Pick<Condition, "word" | "hint"> {
  switch (fault) {
    case CameraFault.AUTH:
      return { word: t("auth"), hint: t("authHint") };
    case CameraFault.DNS:
      return { word: t("dns"), hint: t("dnsHint") };
    case CameraFault.REFUSED:
      return { word: t("refused"), hint: t("refusedHint") };
    case CameraFault.UNREACHABLE:
      return { word: t("unreachable"), hint: t("unreachableHint") };
    case CameraFault.NOT_FOUND:
      return { word: t("notFound"), hint: t("notFoundHint") };
    case CameraFault.CODEC:
      return { word: t("codec"), hint: t("codecHint") };
    case CameraFault.STALL:
      return { word: t("stall"), hint: t("stallHint") };
    case CameraFault.EOF:
      return { word: t("eof"), hint: t("eofHint") };
    case CameraFault.DEVICE:
      return { word: t("device"), hint: t("deviceHint") };
    case CameraFault.UNSPECIFIED:
      return { word: t("failed"), hint: t("failedHint") };
  }
}

export function workerCondition(status: WorkerStatus): Condition {
  switch (status) {
    case WorkerStatus.IDLE:
      return { tone: "idle", word: t("workerIdle"), hint: t("workerIdleHint") };
    case WorkerStatus.ONLINE:
      return { tone: "good", word: t("workerOnline"), hint: "" };
    case WorkerStatus.PROCESSING:
      return { tone: "good", word: t("workerBusy"), hint: "" };
    case WorkerStatus.OFFLINE:
      return { tone: "bad", word: t("workerOffline"), hint: t("workerOfflineHint") };
    case WorkerStatus.ERROR:
      return { tone: "bad", word: t("workerError"), hint: t("workerErrorHint") };
    case WorkerStatus.UNSPECIFIED:
      return { tone: "busy", word: t("workerUnknown"), hint: t("workerUnknownHint") };
  }
}

/** How long ago a moment of the worker's clock was, in milliseconds; undefined when there was none. */
export function ageOf(moment: Timestamp | undefined, worker: Pick<Worker, "clockOffset">, now: number): number | undefined {
  if (!moment) return undefined;
  const offset = worker.clockOffset ? durationMs(worker.clockOffset) : 0;
  return Math.max(0, now - (timestampMs(moment) + offset));
}
