import { ArrowLeftOutlined, VideoCameraOutlined } from "@ant-design/icons";
import { useMemo } from "react";
import { Link, useParams } from "react-router";

import { type Fleet, readingOf } from "../../api/fleet";
import type { Camera } from "../../api/gen/footfall/v1/camera_service_pb";
import type { Site } from "../../api/gen/footfall/v1/site_service_pb";
import { useSession } from "../../api/hooks";
import { can } from "../../api/permissions";
import { useShop } from "../../api/useShop";
import { EmptyState } from "../../components/feedback/EmptyState";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { cameraCondition } from "../../components/machines/conditions";
import { HeartbeatBar } from "../../components/machines/HeartbeatBar";
import { StateBadge } from "../../components/machines/StateBadge";
import { useBeats } from "../../components/machines/useBeats";
import { PageHeader } from "../../components/PageHeader";
import { knownZone } from "../../time/zoned";
import { useNow } from "../../time/useNow";
import { CameraFacts } from "./CameraFacts";
import { CameraStage } from "./CameraStage";
import { CommandPanel } from "./CommandPanel";
import { ConnectionForm } from "./ConnectionForm";
import { PictureForm } from "./PictureForm";
import { t } from "./texts";

const TICK_MS = 2_000;

/** One camera: its live picture, what can be done with it, and how it is looked at. */
export function CameraPage() {
  const { cameraId = "" } = useParams();
  const { data, failure, retry } = useShop();
  const camera = data?.fleet.cameras.find((each) => each.cameraId === cameraId);
  const site = data?.sites.find(({ siteId }) => siteId === camera?.siteId);
  return (
    <div className="space-y-6">
      <Link to="/cameras" className="inline-flex min-h-6 items-center gap-2 font-medium text-brand">
        <ArrowLeftOutlined aria-hidden="true" />
        {t("allCameras")}
      </Link>
      {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={retry} />}
      {!data && !failure && <PageSkeleton />}
      {data && !camera && (
        <>
          <PageHeader title={t("gone")} />
          <EmptyState icon={<VideoCameraOutlined />} title={t("gone")} hint={t("goneHint")} />
        </>
      )}
      {data && camera && <OneCamera key={camera.cameraId} camera={camera} site={site} fleet={data.fleet} />}
    </div>
  );
}

function OneCamera(props: { camera: Camera; site: Site | undefined; fleet: Fleet }) {
  const { camera, site, fleet } = props;
  const manages = can(useSession(), "cameras.manage");
  const now = useNow(TICK_MS);
  const zone = knownZone(site?.timeZone);
  const reading = readingOf(camera.cameraId, fleet.workers);
  const condition = cameraCondition(camera, reading?.health);
  const look = useMemo(
    () => new Map([[camera.cameraId, cameraCondition(camera, readingOf(camera.cameraId, fleet.workers)?.health)]]),
    [camera, fleet.workers],
  );
  const beats = useBeats(look, fleet.at).get(camera.cameraId) ?? [];
  return (
    <>
      <PageHeader title={camera.displayName} note={site && `${site.displayName} · ${zone.replaceAll("_", " ")}`}>
        <StateBadge condition={condition} />
      </PageHeader>
      <div className="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_22rem]">
        <CameraStage camera={camera} site={site} reading={reading} zone={zone} manages={manages} />
        <div className="space-y-6">
          <section aria-label={t("facts")} className="space-y-3 rounded-2xl border border-line bg-surface p-5">
            {condition.hint !== "" && <p className={condition.tone === "bad" ? "font-medium" : ""}>{condition.hint}</p>}
            {reading?.health.detail !== undefined && reading.health.detail !== "" && (
              <p className="text-quiet">{t("workerSays", { detail: reading.health.detail })}</p>
            )}
            <HeartbeatBar beats={beats} zone={zone} />
            <CameraFacts camera={camera} reading={reading} workers={fleet.workers} zone={zone} now={now} />
          </section>
          {manages && (
            <CommandPanel
              camera={camera}
              workers={fleet.workers.filter(({ siteId }) => siteId === camera.siteId)}
              zone={zone}
            />
          )}
        </div>
      </div>
      {manages && (
        <div className="grid items-start gap-6 lg:grid-cols-2">
          <ConnectionForm camera={camera} />
          <PictureForm camera={camera} site={site} />
        </div>
      )}
    </>
  );
}
