import { useMutation, useQuery } from "@connectrpc/connect-query";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";

import { toAppError } from "../../api/errors";
import { FLEET_KEY, type Fleet, lastSeen } from "../../api/fleet";
import { CameraControlService, type Worker } from "../../api/gen/footfall/v1/camera_control_service_pb";
import { CertificateService, type WorkerCertificate } from "../../api/gen/footfall/v1/certificate_service_pb";
import { WorkerStatus } from "../../api/gen/footfall/v1/ingest_service_pb";
import type { Site } from "../../api/gen/footfall/v1/site_service_pb";
import { useSession } from "../../api/hooks";
import { can } from "../../api/permissions";
import { useShop } from "../../api/useShop";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { ageOf, cameraCondition, workerCondition } from "../../components/machines/conditions";
import { StateBadge } from "../../components/machines/StateBadge";
import { Sheet } from "../../components/overlay/Sheet";
import { ago, day, timeOfDay } from "../../time/format";
import { knownZone } from "../../time/zoned";
import { useNow } from "../../time/useNow";
import { clockText, concernsOf, sizeText } from "./concerns";
import { Fact, Facts } from "./Facts";
import { queueText } from "./queueText";
import { t } from "./texts";
import { Concerns } from "./WorkerCard";

const TICK_MS = 5_000;
const CERTIFICATES = 500;

/** Everything that is known of one worker, over the list. */
export function WorkerDrawer() {
  const { workerId = "" } = useParams();
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const { data } = useShop();
  const worker = data?.fleet.workers.find((each) => each.workerId === workerId);
  const site = data?.sites.find(({ siteId }) => siteId === worker?.siteId);
  const close = () => {
    void navigate({ pathname: "/workers", search: params.toString() });
  };
  return (
    <Sheet title={worker?.displayName ?? t("worker")} shape="side" onClose={close}>
      {!data && <PageSkeleton />}
      {data && !worker && <p>{t("gone")}</p>}
      {data && worker && <Details worker={worker} site={site} fleet={data.fleet} onGone={close} />}
    </Sheet>
  );
}

function Details(props: { worker: Worker; site: Site | undefined; fleet: Fleet; onGone: () => void }) {
  const { worker, site, fleet, onGone } = props;
  const now = useNow(TICK_MS);
  const manages = can(useSession(), "keys.manage");
  const zone = knownZone(site?.timeZone);
  const condition = workerCondition(worker.status);
  const at = (time: Worker["connectTime"]) =>
    time ? `${day(timestampMs(time), zone)} ${timeOfDay(timestampMs(time), zone)}` : t("notSaid");
  return (
    <div className="space-y-6">
      <div className="space-y-3">
        <StateBadge condition={condition} />
        {condition.hint !== "" && <p>{condition.hint}</p>}
        {worker.detail !== "" && <p className="text-quiet">{t("says", { detail: worker.detail })}</p>}
        <Concerns concerns={concernsOf(worker, now)} />
      </div>
      <Facts>
        <Fact name={t("site")}>{site?.displayName ?? ""}</Fact>
        <Fact name={t("heard")}>{ago(now - lastSeen(worker))}</Fact>
        <Fact name={t("connected")}>{at(worker.connectTime)}</Fact>
        <Fact name={t("started")}>{at(worker.startTime)}</Fact>
        <Fact name={t("queue")}>{queueText(worker, now)}</Fact>
        <Fact name={t("images")}>{t("imagesWait", { count: worker.queue?.waitingImages ?? 0n })}</Fact>
        <Fact name={t("spool")}>{sizeText(worker.queue?.bytes ?? 0n)}</Fact>
        <Fact name={t("disk")}>{worker.freeDiskBytes === 0n ? t("notSaid") : sizeText(worker.freeDiskBytes)}</Fact>
        <Fact name={t("clock")}>{clockText(worker)}</Fact>
        <Fact name={t("version")}>{worker.softwareVersion}</Fact>
        <Fact name={t("model")}>{worker.modelId}</Fact>
        <Fact name={t("provider")}>{worker.executionProvider === "" ? t("notSaid") : worker.executionProvider}</Fact>
        <Fact name={t("capabilities")}>{worker.capabilities.length === 0 ? t("notSaid") : worker.capabilities.join(", ")}</Fact>
      </Facts>
      <p className="text-xs text-quiet">{t("timesIn", { zone: zone.replaceAll("_", " ") })}</p>
      <section aria-label={t("cameras")}>
        <h3 className="mb-2 font-semibold">{t("cameras")}</h3>
        {worker.cameras.length === 0 && <p className="text-quiet">{t("noCameras")}</p>}
        <ul className="list-none space-y-2 p-0">
          {worker.cameras.map((health) => {
            const camera = fleet.cameras.find(({ cameraId }) => cameraId === health.cameraId);
            const age = ageOf(health.lastFrameTime, worker, now);
            return (
              <li key={health.cameraId} className="rounded-xl border border-line p-3">
                <div className="flex items-start justify-between gap-3">
                  <Link to={`/cameras/${health.cameraId}`} className="min-w-0 truncate font-medium text-brand">
                    {camera?.displayName ?? t("removedCamera")}
                  </Link>
                  <StateBadge condition={cameraCondition(camera ?? {}, health)} />
                </div>
                <p className="text-xs text-quiet tabular-nums">
                  {age === undefined ? t("noFrame") : t("lastFrame", { ago: ago(age), fps: health.framesPerSecond.toFixed(1) })}
                </p>
                {health.detail !== "" && <p className="text-xs text-quiet">{t("says", { detail: health.detail })}</p>}
              </li>
            );
          })}
        </ul>
      </section>
      {manages && <Certificates worker={worker} zone={zone} />}
      {manages && <Removal worker={worker} onGone={onGone} />}
    </div>
  );
}

/** What the worker proves itself with. One that is revoked takes the worker's other ones with it. */
function Certificates({ worker, zone }: { worker: Worker; zone: string }) {
  const { data, error, refetch } = useQuery(CertificateService.method.listCertificates, {
    siteId: worker.siteId,
    pageSize: CERTIFICATES,
  });
  const [asking, setAsking] = useState(false);
  const revocation = useMutation(CertificateService.method.revokeCertificate, {
    onSuccess: async () => {
      setAsking(false);
      await refetch();
    },
  });
  const failure = error ?? revocation.error;
  const own = data?.certificates.filter(({ workerId }) => workerId === worker.workerId) ?? [];
  const good = own.find(({ revokeTime }) => revokeTime === undefined);
  return (
    <section aria-label={t("certificate")} className="space-y-2">
      <h3 className="font-semibold">{t("certificate")}</h3>
      {failure && <ErrorAlert {...toAppError(failure)} onRetry={error ? () => void refetch() : undefined} />}
      {data && <p className="text-quiet">{certificateText(own[0], good, zone)}</p>}
      {good && (
        <Confirmed
          action={t("revoke")}
          question={t("revokeQuestion")}
          asking={asking}
          busy={revocation.isPending}
          onAsk={setAsking}
          onYes={() => {
            revocation.mutate({ certificateId: good.certificateId });
          }}
        />
      )}
    </section>
  );
}

function certificateText(newest: WorkerCertificate | undefined, good: WorkerCertificate | undefined, zone: string): string {
  if (good?.notAfterTime) return t("certificateUntil", { day: day(timestampMs(good.notAfterTime), zone) });
  if (newest?.revokeTime) return t("certificateRevoked", { day: day(timestampMs(newest.revokeTime), zone) });
  return t("noCertificate");
}

/** Forgets a worker that will not come back. */
function Removal({ worker, onGone }: { worker: Worker; onGone: () => void }) {
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const removal = useMutation(CameraControlService.method.deleteWorker, {
    onSuccess: async () => {
      onGone();
      await queries.invalidateQueries({ queryKey: FLEET_KEY });
    },
  });
  if (worker.status !== WorkerStatus.OFFLINE) return <p className="text-xs text-quiet">{t("removeWhenOffline")}</p>;
  return (
    <section aria-label={t("remove")} className="space-y-2">
      <h3 className="font-semibold">{t("remove")}</h3>
      <p className="text-quiet">{t("removeNote")}</p>
      {removal.error && <ErrorAlert {...toAppError(removal.error)} />}
      <Confirmed
        action={t("remove")}
        question={t("removeQuestion", { name: worker.displayName })}
        asking={asking}
        busy={removal.isPending}
        onAsk={setAsking}
        onYes={() => {
          removal.mutate({ workerId: worker.workerId });
        }}
      />
    </section>
  );
}

/** A button that asks once more in its place. */
function Confirmed(props: {
  action: string;
  question: string;
  asking: boolean;
  busy: boolean;
  onAsk: (asking: boolean) => void;
  onYes: () => void;
}) {
  const { action, question, asking, busy, onAsk, onYes } = props;
  if (!asking) {
    return (
      <Button
        danger
        onClick={() => {
          onAsk(true);
        }}
      >
        {action}
      </Button>
    );
  }
  return (
    <div role="alertdialog" aria-label={question} className="space-y-2 rounded-xl bg-rose px-4 py-3 text-rose-ink">
      <p>{question}</p>
      <div className="flex gap-2">
        <Button
          autoFocus
          onClick={() => {
            onAsk(false);
          }}
        >
          {t("cancel")}
        </Button>
        <Button type="primary" danger loading={busy} onClick={onYes}>
          {action}
        </Button>
      </div>
    </div>
  );
}
