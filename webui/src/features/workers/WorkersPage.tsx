import { ClusterOutlined, PlusOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useMemo, useState } from "react";
import { Link, Outlet, useSearchParams } from "react-router";

import type { Fleet } from "../../api/fleet";
import type { Site } from "../../api/gen/footfall/v1/site_service_pb";
import { useSession } from "../../api/hooks";
import { can } from "../../api/permissions";
import { useShop } from "../../api/useShop";
import { EmptyState } from "../../components/feedback/EmptyState";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { SelectField } from "../../components/fields/SelectField";
import { workerCondition } from "../../components/machines/conditions";
import { useBeats } from "../../components/machines/useBeats";
import { PageHeader } from "../../components/PageHeader";
import { knownZone } from "../../time/zoned";
import { useNow } from "../../time/useNow";
import { JoinWorker } from "./JoinWorker";
import { t } from "./texts";
import { WorkerCard } from "./WorkerCard";

const TICK_MS = 5_000;

/** The machines in the shops that read the cameras. */
export function WorkersPage() {
  const { data, failure, retry } = useShop();
  return (
    <div className="space-y-6">
      {!data && <PageHeader title={t("title")} />}
      {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={retry} />}
      {!data && !failure && <PageSkeleton />}
      {data && <Workers sites={data.sites} fleet={data.fleet} />}
      <Outlet />
    </div>
  );
}

function Workers({ sites, fleet }: { sites: readonly Site[]; fleet: Fleet }) {
  const manages = can(useSession(), "keys.manage");
  const [params, setParams] = useSearchParams();
  const [joining, setJoining] = useState(false);
  const now = useNow(TICK_MS);
  const look = useMemo(
    () => new Map(fleet.workers.map(({ workerId, status }) => [workerId, workerCondition(status)])),
    [fleet.workers],
  );
  const beats = useBeats(look, fleet.at);
  const siteId = params.get("site") ?? "";
  const shown = fleet.workers.filter((worker) => siteId === "" || worker.siteId === siteId);
  const siteById = new Map(sites.map((site) => [site.siteId, site]));
  const away = [...look.values()].filter(({ tone }) => tone === "bad").length;
  const join = manages && sites.length > 0 && (
    <Button
      type="primary"
      icon={<PlusOutlined aria-hidden="true" />}
      onClick={() => {
        setJoining(true);
      }}
    >
      {t("add")}
    </Button>
  );
  return (
    <>
      <PageHeader title={t("title")} note={fleet.workers.length > 0 ? summary(fleet.workers.length, away) : undefined}>
        {sites.length > 1 && fleet.workers.length > 0 && (
          <SelectField
            label={t("site")}
            value={siteId}
            choices={[
              { value: "", label: t("allSites") },
              ...sites.map((site) => ({ value: site.siteId, label: site.displayName })),
            ]}
            onChange={(value) => {
              setParams(value === "" ? {} : { site: value }, { replace: true });
            }}
          />
        )}
        {fleet.workers.length > 0 && join}
      </PageHeader>
      {fleet.workers.length === 0 && (
        <EmptyState icon={<ClusterOutlined />} title={t("none")} hint={t(manages ? "noneHintManager" : "noneHint")}>
          {join || (
            <Link to="/sites" className="font-medium text-brand">
              {t("toSites")}
            </Link>
          )}
        </EmptyState>
      )}
      {fleet.workers.length > 0 && shown.length === 0 && <p className="text-quiet">{t("noneHere")}</p>}
      <ul className="grid list-none gap-4 p-0 lg:grid-cols-2 2xl:grid-cols-3">
        {shown.map((worker) => {
          const site = siteById.get(worker.siteId);
          return (
            <WorkerCard
              key={worker.workerId}
              worker={worker}
              siteName={site?.displayName ?? ""}
              zone={knownZone(site?.timeZone)}
              beats={beats.get(worker.workerId) ?? []}
              search={params.toString()}
              now={now}
            />
          );
        })}
      </ul>
      {joining && (
        <JoinWorker
          sites={sites}
          onClose={() => {
            setJoining(false);
          }}
        />
      )}
    </>
  );
}

function summary(workers: number, away: number): string {
  return away === 0 ? t("allWell", { count: workers }) : t("someAway", { count: away, all: workers });
}
