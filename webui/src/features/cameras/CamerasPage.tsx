import { VideoCameraOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useMemo, useState } from "react";
import { Link, useSearchParams } from "react-router";

import { type Fleet, readingOf } from "../../api/fleet";
import type { Camera } from "../../api/gen/footfall/v1/camera_service_pb";
import type { Site } from "../../api/gen/footfall/v1/site_service_pb";
import { useSession } from "../../api/hooks";
import { can } from "../../api/permissions";
import { useShop } from "../../api/useShop";
import { EmptyState } from "../../components/feedback/EmptyState";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { TextInput } from "../../components/fields/inputs";
import { SelectField } from "../../components/fields/SelectField";
import { type Condition, cameraCondition, type Tone } from "../../components/machines/conditions";
import { useBeats } from "../../components/machines/useBeats";
import { PageHeader } from "../../components/PageHeader";
import { knownZone } from "../../time/zoned";
import { useNow } from "../../time/useNow";
import { CameraCard } from "./CameraCard";
import { t } from "./texts";
import { Turns } from "./turns";

const TICK_MS = 5_000;
/** A browser opens six connections to a host over HTTP/1.1; pictures leave room for the rest of the page. */
const PICTURES_AT_ONCE = 2;
const TONES = { good: "stateGood", busy: "stateBusy", bad: "stateBad", idle: "stateIdle" } as const satisfies Record<Tone, string>;

export function CamerasPage() {
  const { data, failure, retry } = useShop();
  return (
    <div className="space-y-6">
      {!data && <PageHeader title={t("title")} />}
      {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={retry} />}
      {!data && !failure && <PageSkeleton />}
      {data && <Cameras sites={data.sites} fleet={data.fleet} />}
    </div>
  );
}

function Cameras({ sites, fleet }: { sites: readonly Site[]; fleet: Fleet }) {
  const manages = can(useSession(), "cameras.manage");
  const [params, setParams] = useSearchParams();
  const now = useNow(TICK_MS);
  const [turns] = useState(() => new Turns(PICTURES_AT_ONCE));
  const conditions = useMemo(() => conditionsOf(fleet), [fleet]);
  const beats = useBeats(conditions, fleet.at);
  const filter = { text: params.get("q") ?? "", siteId: params.get("site") ?? "", tone: params.get("state") ?? "" };
  const shown = fleet.cameras.filter((camera) => matches(camera, conditions.get(camera.cameraId)?.tone, filter));
  const set = (name: string, value: string) => {
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (value === "") next.delete(name);
        else next.set(name, value);
        return next;
      },
      { replace: true },
    );
  };
  const troubled = [...conditions.values()].filter(({ tone }) => tone === "bad").length;
  return (
    <>
      <PageHeader title={t("title")} note={fleet.cameras.length > 0 ? summary(fleet.cameras.length, troubled) : undefined}>
        {fleet.cameras.length > 0 && (
          <>
            <TextInput
              type="search"
              aria-label={t("search")}
              placeholder={t("search")}
              className="w-44!"
              value={filter.text}
              onChange={(event) => {
                set("q", event.target.value);
              }}
            />
            {sites.length > 1 && (
              <SelectField
                label={t("site")}
                value={filter.siteId}
                choices={[
                  { value: "", label: t("allSites") },
                  ...sites.map(({ siteId, displayName }) => ({ value: siteId, label: displayName })),
                ]}
                onChange={(value) => {
                  set("site", value);
                }}
              />
            )}
            <SelectField
              label={t("state")}
              value={filter.tone}
              choices={[
                { value: "", label: t("allStates") },
                ...Object.entries(TONES).map(([value, key]) => ({ value, label: t(key) })),
              ]}
              onChange={(value) => {
                set("state", value);
              }}
            />
          </>
        )}
      </PageHeader>
      {fleet.cameras.length === 0 && (
        <EmptyState icon={<VideoCameraOutlined />} title={t("none")} hint={t(manages ? "noneHintManager" : "noneHint")}>
          <Link to="/sites" className="font-medium text-brand">
            {t("toSites")}
          </Link>
        </EmptyState>
      )}
      {fleet.cameras.length > 0 && shown.length === 0 && (
        <EmptyState icon={<VideoCameraOutlined />} title={t("noMatch")} hint={t("noMatchHint")}>
          <Button
            onClick={() => {
              setParams({}, { replace: true });
            }}
          >
            {t("clearFilters")}
          </Button>
        </EmptyState>
      )}
      {sites.map((site) => {
        const cameras = shown.filter(({ siteId }) => siteId === site.siteId);
        if (cameras.length === 0) return null;
        const zone = knownZone(site.timeZone);
        return (
          <section key={site.siteId} aria-labelledby={`cameras-of-${site.siteId}`}>
            <h2 id={`cameras-of-${site.siteId}`} className="mb-3 text-base font-semibold">
              {site.displayName} <span className="font-normal text-quiet">{zone.replaceAll("_", " ")}</span>
            </h2>
            <ul className="grid list-none gap-4 p-0 sm:grid-cols-2 xl:grid-cols-3">
              {cameras.map((camera) => (
                <CameraCard
                  key={camera.cameraId}
                  camera={camera}
                  condition={conditions.get(camera.cameraId) ?? cameraCondition(camera, undefined)}
                  reading={readingOf(camera.cameraId, fleet.workers)}
                  beats={beats.get(camera.cameraId) ?? []}
                  zone={zone}
                  now={now}
                  turns={turns}
                />
              ))}
            </ul>
          </section>
        );
      })}
    </>
  );
}

function conditionsOf(fleet: Fleet): ReadonlyMap<string, Condition> {
  return new Map(
    fleet.cameras.map((camera) => [
      camera.cameraId,
      cameraCondition(camera, readingOf(camera.cameraId, fleet.workers)?.health),
    ]),
  );
}

function matches(
  camera: Camera,
  tone: Tone | undefined,
  filter: { readonly text: string; readonly siteId: string; readonly tone: string },
): boolean {
  return (
    (filter.siteId === "" || camera.siteId === filter.siteId) &&
    (filter.tone === "" || tone === filter.tone) &&
    camera.displayName.toLowerCase().includes(filter.text.trim().toLowerCase())
  );
}

function summary(cameras: number, troubled: number): string {
  return troubled === 0 ? t("allWell", { count: cameras }) : t("someTrouble", { count: troubled, all: cameras });
}
