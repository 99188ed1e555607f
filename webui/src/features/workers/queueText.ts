import type { Worker } from "../../api/gen/footfall/v1/camera_control_service_pb";
import { ageOf } from "../../components/machines/conditions";
import { ago } from "../../time/format";
import { t } from "./texts";

/** What waits at the worker to be sent, and since when. */
export function queueText(worker: Worker, now: number): string {
  const events = worker.queue?.waitingEvents ?? 0n;
  if (events === 0n) return t("nothingWaits");
  const age = ageOf(worker.queue?.oldestEventTime, worker, now);
  if (age === undefined) return t("eventsWait", { count: events });
  return t("eventsWaitSince", { count: events, ago: ago(age) });
}
