import { timestampMs } from "@bufbuild/protobuf/wkt";
import { useState } from "react";

import { readingOf } from "../../api/fleet";
import type { Worker } from "../../api/gen/footfall/v1/camera_control_service_pb";
import type { Camera } from "../../api/gen/footfall/v1/camera_service_pb";
import { WorkerStatus } from "../../api/gen/footfall/v1/ingest_service_pb";
import { cameraCondition, type Condition, type Tone, workerCondition } from "../../components/machines/conditions";
import { timeOfDay } from "../../time/format";
import { t } from "./texts";

const DOTS: Readonly<Record<Tone, string>> = { good: "bg-brand", busy: "bg-amber-ink", bad: "bg-danger", idle: "bg-quiet" };
/** What is broken comes first. */
const ORDER: readonly Tone[] = ["bad", "busy", "good", "idle"];

interface Line {
  readonly key: string;
  readonly name: string;
  readonly tone: Tone;
  readonly says: string;
}

/** How cameras and workers do: what is broken is always shown, the rest when somebody asks. */
export function StatusStrip(props: {
  cameras: readonly Camera[];
  workers: readonly Worker[];
  zoneOf: (siteId: string) => string;
}) {
  const { cameras, workers, zoneOf } = props;
  const [open, setOpen] = useState(false);
  const lines = [
    ...cameras.map((camera) => cameraLine(camera, workers, zoneOf(camera.siteId))),
    ...workers.map((worker) => workerLine(worker, zoneOf(worker.siteId))),
  ].sort((a, b) => ORDER.indexOf(a.tone) - ORDER.indexOf(b.tone));
  const troubles = lines.filter(({ tone }) => tone === "bad");
  const shown = open ? lines : troubles;
  return (
    <section aria-label={t("status")} className="rounded-2xl border border-line bg-surface px-5 py-3">
      <div className="flex items-center justify-between gap-4">
        <p className="flex items-center gap-2 font-medium" data-testid="status-summary">
          <Dot tone={troubles.length > 0 ? "bad" : cameras.length > 0 ? "good" : "idle"} />
          {summary(cameras.length, troubles.length)}
        </p>
        {lines.length > 0 && (
          <button
            type="button"
            aria-expanded={open}
            className="min-h-6 shrink-0 cursor-pointer font-medium text-brand"
            onClick={() => {
              setOpen(!open);
            }}
          >
            {open ? t("hideStatus") : t("showStatus")}
          </button>
        )}
      </div>
      {shown.length > 0 && (
        <ul className="mt-2 grid list-none gap-x-8 gap-y-1.5 p-0 md:grid-cols-2">
          {shown.map(({ key, name, tone, says }) => (
            <li key={key} className="flex min-w-0 items-baseline gap-2" data-tone={tone}>
              <Dot tone={tone} />
              <span className="min-w-0">
                <span className="font-medium">{name}</span> <span className="text-quiet">{says}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function summary(cameras: number, troubles: number): string {
  if (troubles > 0) return t("troubles", { count: troubles });
  return cameras === 0 ? t("noCamera") : t("allFine", { count: cameras });
}

function Dot({ tone }: { tone: Tone }) {
  return <span aria-hidden="true" className={`inline-block size-2 shrink-0 rounded-full ${DOTS[tone]}`} />;
}

function cameraLine(camera: Camera, workers: readonly Worker[], zone: string): Line {
  const health = readingOf(camera.cameraId, workers)?.health;
  const condition = cameraCondition(camera, health);
  const lastFrame = health?.lastFrameTime && timestampMs(health.lastFrameTime);
  return {
    key: camera.cameraId,
    name: camera.displayName,
    tone: condition.tone,
    says: sentence(condition, condition.tone === "bad" ? lastFrame : undefined, zone),
  };
}

function workerLine(worker: Worker, zone: string): Line {
  const condition = workerCondition(worker.status);
  const time = worker.status === WorkerStatus.OFFLINE ? worker.lastSeenTime : worker.connectTime;
  return {
    key: worker.workerId,
    name: t("worker", { name: worker.displayName }),
    tone: condition.tone,
    says: sentence(condition, time && timestampMs(time), zone),
  };
}

/** The word, since when, and what it means. */
function sentence({ word, hint }: Condition, since: number | undefined, zone: string): string {
  const state = since === undefined ? word : t("sinceWhen", { word, time: timeOfDay(since, zone) });
  return hint === "" ? state : `${state}. ${hint}`;
}
