import { WarningOutlined } from "@ant-design/icons";
import { Link } from "react-router";

import { lastSeen } from "../../api/fleet";
import type { Worker } from "../../api/gen/footfall/v1/camera_control_service_pb";
import { CameraState } from "../../api/gen/footfall/v1/ingest_service_pb";
import type { Beat } from "../../components/machines/beats";
import { workerCondition } from "../../components/machines/conditions";
import { HeartbeatBar } from "../../components/machines/HeartbeatBar";
import { StateBadge } from "../../components/machines/StateBadge";
import { ago } from "../../time/format";
import { clockText, concernsOf } from "./concerns";
import { Fact, Facts } from "./Facts";
import { queueText } from "./queueText";
import { t } from "./texts";

/** One worker at a glance; its details are one step away. */
export function WorkerCard(props: {
  worker: Worker;
  siteName: string;
  zone: string;
  beats: readonly Beat[];
  search: string;
  now: number;
}) {
  const { worker, siteName, zone, beats, search, now } = props;
  const condition = workerCondition(worker.status);
  const concerns = concernsOf(worker, now);
  const online = worker.cameras.filter(({ state }) => state === CameraState.ONLINE).length;
  const held = worker.cameras.filter(({ state }) => state !== CameraState.HELD_ELSEWHERE).length;
  return (
    <li
      data-testid="worker-card"
      className="relative space-y-3 rounded-2xl border border-line bg-surface p-5 focus-within:border-brand hover:border-brand"
    >
      <div className="flex items-start justify-between gap-3">
        <div className="min-w-0">
          <h2 className="truncate font-semibold">
            <Link
              to={{ pathname: `/workers/${worker.workerId}`, search }}
              className="text-ink no-underline after:absolute after:inset-0"
            >
              {worker.displayName}
            </Link>
          </h2>
          <p className="truncate text-quiet">{siteName}</p>
        </div>
        <StateBadge condition={condition} />
      </div>
      {condition.hint !== "" && <p className="text-quiet">{condition.hint}</p>}
      <Concerns concerns={concerns} />
      <Facts>
        <Fact name={t("heard")}>{ago(now - lastSeen(worker))}</Fact>
        <Fact name={t("cameras")}>{held === 0 ? t("noCameras") : t("camerasOnline", { online, held })}</Fact>
        <Fact name={t("queue")}>{queueText(worker, now)}</Fact>
        <Fact name={t("clock")}>{clockText(worker)}</Fact>
        <Fact name={t("version")}>{worker.softwareVersion}</Fact>
        <Fact name={t("provider")}>{worker.executionProvider === "" ? t("notSaid") : worker.executionProvider}</Fact>
      </Facts>
      <HeartbeatBar beats={beats} zone={zone} />
    </li>
  );
}

export function Concerns({ concerns }: { concerns: readonly string[] }) {
  if (concerns.length === 0) return null;
  return (
    <ul className="list-none space-y-1 rounded-xl bg-amber px-3 py-2 text-amber-ink">
      {concerns.map((concern) => (
        <li key={concern} className="flex gap-2">
          <WarningOutlined aria-hidden="true" className="mt-1" />
          {concern}
        </li>
      ))}
    </ul>
  );
}
