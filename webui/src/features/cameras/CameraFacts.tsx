import type { ReactNode } from "react";
import { Link } from "react-router";

import { lastSeen, type Reading } from "../../api/fleet";
import type { Worker } from "../../api/gen/footfall/v1/camera_control_service_pb";
import type { Camera } from "../../api/gen/footfall/v1/camera_service_pb";
import { ageOf } from "../../components/machines/conditions";
import { ago, timeOfDay } from "../../time/format";
import { t } from "./texts";

export function CameraFacts(props: {
  camera: Camera;
  reading: Reading | undefined;
  workers: readonly Worker[];
  zone: string;
  now: number;
}) {
  const { camera, reading, workers, zone, now } = props;
  const assigned = workers.find(({ workerId }) => workerId === camera.assignedWorkerId);
  const age = reading && ageOf(reading.health.lastFrameTime, reading.worker, now);
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5">
      <Fact name={t("lastGoodFrame")}>
        {age === undefined ? t("never") : `${timeOfDay(now - age, zone)} (${ago(age)})`}
      </Fact>
      {reading && (
        <>
          <Fact name={t("heard")}>{ago(now - lastSeen(reading.worker))}</Fact>
          <Fact name={t("looksAt")}>{t("framesASecond", { fps: reading.health.framesPerSecond.toFixed(1) })}</Fact>
          {reading.health.width > 0 && (
            <Fact name={t("pictureSize")}>
              {reading.health.width} × {reading.health.height}
            </Fact>
          )}
          <Fact name={t("skipped")}>{t("framesSkipped", { count: reading.health.droppedFrames })}</Fact>
          <Fact name={t("readBy")}>
            <Link to={`/workers/${reading.worker.workerId}`} className="font-medium text-brand">
              {reading.worker.displayName}
            </Link>
          </Fact>
        </>
      )}
      <Fact name={t("assignedTo")}>{camera.assignedWorkerId === "" ? t("anyWorker") : (assigned?.displayName ?? t("unknownWorker"))}</Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-quiet">{name}</dt>
      <dd className="m-0 min-w-0 text-right tabular-nums">{children}</dd>
    </>
  );
}
