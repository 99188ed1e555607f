import type { Site } from "../../api/gen/footfall/v1/site_service_pb";
import { DateField } from "../../components/fields/DateField";
import { SelectField } from "../../components/fields/SelectField";
import type { ReportFilters } from "./filters";
import { fits, presets, STEPS } from "./period";
import { t } from "./texts";

const COMPARISONS = [
  { value: "", key: "compareNothing" },
  { value: "previous", key: "comparePrevious" },
  { value: "year", key: "compareYear" },
] as const;

/** What is counted. Every change goes to the address, so that a report can be kept and sent. */
export function ReportFilterBar(props: {
  filters: ReportFilters;
  sites: readonly Site[];
  today: string;
  onChange: (filters: ReportFilters) => void;
}) {
  const { filters, sites, today, onChange } = props;
  const { period } = filters;
  return (
    <div role="search" aria-label={t("filter")} className="space-y-3">
      <div className="flex flex-wrap gap-1.5">
        {presets(today).map(({ key, period: preset }) => {
          const chosen = preset.from === period.from && preset.to === period.to;
          return (
            <button
              key={key}
              type="button"
              aria-pressed={chosen}
              className={`h-8 cursor-pointer rounded-full border px-3 text-[13px] ${chosen ? "border-brand bg-tint text-tint-ink" : "border-line bg-surface text-ink hover:border-brand"}`}
              onClick={() => {
                onChange({ ...filters, period: preset });
              }}
            >
              {t(key)}
            </button>
          );
        })}
      </div>
      <div className="flex flex-wrap items-end gap-x-3 gap-y-2 sm:items-center">
        <div className="grid w-full grid-cols-2 gap-3 sm:flex sm:w-auto">
          <DateField
            label={t("from")}
            value={period.from}
            onChange={(from) => {
              if (from !== "") onChange({ ...filters, period: { ...period, from } });
            }}
          />
          <DateField
            label={t("to")}
            value={period.to}
            onChange={(to) => {
              if (to !== "") onChange({ ...filters, period: { ...period, to } });
            }}
          />
        </div>
        <SelectField
          label={t("site")}
          value={filters.site}
          choices={[{ value: "", label: t("allSites") }, ...sites.map((site) => ({ value: site.siteId, label: site.displayName }))]}
          onChange={(site) => {
            onChange({ ...filters, site });
          }}
        />
        <SelectField
          label={t("step")}
          value={filters.step}
          choices={[
            { value: "", label: t("stepAuto") },
            ...STEPS.filter((step) => fits(period, step)).map((step) => ({ value: step, label: t(step) })),
          ]}
          onChange={(step) => {
            onChange({ ...filters, step: STEPS.find((each) => each === step) ?? "" });
          }}
        />
        <SelectField
          label={t("compare")}
          value={filters.compare}
          choices={COMPARISONS.map(({ value, key }) => ({ value, label: t(key) }))}
          onChange={(compare) => {
            onChange({ ...filters, compare: COMPARISONS.find(({ value }) => value === compare)?.value ?? "" });
          }}
        />
      </div>
    </div>
  );
}
