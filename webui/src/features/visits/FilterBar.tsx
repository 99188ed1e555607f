import { CloseOutlined } from "@ant-design/icons";
import { Button } from "antd";

import type { Camera } from "../../api/gen/footfall/v1/camera_service_pb";
import type { Site } from "../../api/gen/footfall/v1/site_service_pb";
import { isFiltered } from "../../components/addressFilters";
import { DateField } from "../../components/fields/DateField";
import { SelectField } from "../../components/fields/SelectField";
import { dateIn } from "../../time/zoned";
import { useNow } from "../../time/useNow";
import { NO_FILTERS, type VisitFilters } from "./filters";
import { t } from "./texts";

const MINUTE_MS = 60_000;

/** The filters of the table. Every change goes to the address, so that a view can be kept and sent. */
export function FilterBar(props: {
  filters: VisitFilters;
  sites: readonly Site[];
  cameras: readonly Camera[];
  customerLabel: string;
  zone: string;
  onChange: (filters: VisitFilters) => void;
}) {
  const { filters, sites, cameras, customerLabel, zone, onChange } = props;
  const now = useNow(MINUTE_MS);
  const today = dateIn(now, zone);
  const kinds = [
    { value: "", label: t("newAndRepeat") },
    { value: "new", label: t("new") },
    { value: "repeat", label: t("repeat") },
  ] as const;
  const ofSite = cameras.filter(({ siteId }) => filters.site === "" || siteId === filters.site);
  const presets = [
    { label: t("today"), from: today, to: today },
    { label: t("yesterday"), from: dateIn(now, zone, -1), to: dateIn(now, zone, -1) },
    { label: t("sevenDays"), from: dateIn(now, zone, -6), to: today },
  ];
  return (
    <div role="search" aria-label={t("filterLabel")} className="flex flex-wrap items-center gap-x-3 gap-y-2">
      <SelectField
        label={t("site")}
        value={filters.site}
        choices={[{ value: "", label: t("allSites") }, ...sites.map((site) => ({ value: site.siteId, label: site.displayName }))]}
        onChange={(site) => {
          // A camera of another shop would leave nothing.
          const stays = cameras.some(({ cameraId, siteId }) => cameraId === filters.camera && (site === "" || siteId === site));
          onChange({ ...filters, site, camera: stays ? filters.camera : "" });
        }}
      />
      <SelectField
        label={t("camera")}
        value={filters.camera}
        choices={[{ value: "", label: t("allCameras") }, ...ofSite.map((camera) => ({ value: camera.cameraId, label: camera.displayName }))]}
        onChange={(camera) => {
          onChange({ ...filters, camera });
        }}
      />
      <SelectField
        label={t("kind")}
        value={filters.kind}
        choices={kinds}
        onChange={(kind) => {
          onChange({ ...filters, kind: kinds.find(({ value }) => value === kind)?.value ?? "" });
        }}
      />
      <div className="grid w-full grid-cols-2 gap-3 sm:flex sm:w-auto">
        <DateField
          label={t("from")}
          value={filters.from}
          onChange={(from) => {
            onChange({ ...filters, from });
          }}
        />
        <DateField
          label={t("to")}
          value={filters.to}
          onChange={(to) => {
            onChange({ ...filters, to });
          }}
        />
      </div>
      <div className="flex gap-1.5">
        {presets.map(({ label, from, to }) => {
          const chosen = filters.from === from && filters.to === to;
          return (
            <button
              key={label}
              type="button"
              aria-pressed={chosen}
              className={`h-8 cursor-pointer rounded-full border px-3 text-[13px] ${chosen ? "border-brand bg-tint text-tint-ink" : "border-line bg-surface text-ink hover:border-brand"}`}
              onClick={() => {
                onChange({ ...filters, from: chosen ? "" : from, to: chosen ? "" : to });
              }}
            >
              {label}
            </button>
          );
        })}
      </div>
      {filters.customer !== "" && (
        <button
          type="button"
          aria-label={t("showAll", { name: customerLabel })}
          className="inline-flex h-8 cursor-pointer items-center gap-2 rounded-full border border-brand bg-tint px-3 text-[13px] text-tint-ink"
          onClick={() => {
            onChange({ ...filters, customer: "" });
          }}
        >
          {customerLabel}
          <CloseOutlined aria-hidden="true" className="text-[10px]" />
        </button>
      )}
      {isFiltered(filters) && (
        <Button
          type="text"
          onClick={() => {
            onChange(NO_FILTERS);
          }}
        >
          {t("clear")}
        </Button>
      )}
    </div>
  );
}
