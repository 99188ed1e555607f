import { lastSeen, type Reading } from "../../api/fleet";
import { CameraState } from "../../api/gen/footfall/v1/ingest_service_pb";
import { ageOf } from "../../components/machines/conditions";
import { ago } from "../../time/format";
import { t } from "./texts";

/** When the last good frame came, and by whom the camera is read. */
export function frameText(reading: Reading | undefined, now: number): string {
  if (!reading) return t("noWord");
  const { worker, health } = reading;
  const age = ageOf(health.lastFrameTime, worker, now);
  const name = worker.displayName;
  if (age === undefined) return t("noFrameYet", { worker: name });
  if (health.state !== CameraState.ONLINE) return t("lastFrame", { ago: ago(age), worker: name });
  // What comes is heard of with each heartbeat: since the last one there was no news, and no fault.
  return t("frames", { ago: ago(now - lastSeen(worker)), fps: health.framesPerSecond.toFixed(1), worker: name });
}
