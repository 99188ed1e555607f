import { CloseOutlined } from "@ant-design/icons";
import { Button } from "antd";

import type { Site } from "../../api/gen/footfall/v1/site_service_pb";
import { DateField } from "../../components/fields/DateField";
import { SelectField } from "../../components/fields/SelectField";
import { dateIn } from "../../time/zoned";
import { useNow } from "../../time/useNow";
import { isFiltered, NO_FILTERS, type VisitFilters } from "./filters";

const MINUTE_MS = 60_000;
const KINDS = [
  { value: "", label: "New and repeat" },
  { value: "new", label: "New" },
  { value: "repeat", label: "Repeat" },
] as const;

/** The filters of the table. Every change goes to the address, so that a view can be kept and sent. */
export function FilterBar(props: {
  filters: VisitFilters;
  sites: readonly Site[];
  customerLabel: string;
  zone: string;
  onChange: (filters: VisitFilters) => void;
}) {
  const { filters, sites, customerLabel, zone, onChange } = props;
  const now = useNow(MINUTE_MS);
  const today = dateIn(now, zone);
  const presets = [
    { label: "Today", from: today, to: today },
    { label: "Yesterday", from: dateIn(now, zone, -1), to: dateIn(now, zone, -1) },
    { label: "7 days", from: dateIn(now, zone, -6), to: today },
  ];
  return (
    <div role="search" aria-label="Filter visits" className="flex flex-wrap items-center gap-x-3 gap-y-2">
      <SelectField
        label="Site"
        value={filters.site}
        choices={[{ value: "", label: "All sites" }, ...sites.map((site) => ({ value: site.siteId, label: site.displayName }))]}
        onChange={(site) => {
          onChange({ ...filters, site });
        }}
      />
      <SelectField
        label="New or repeat"
        value={filters.kind}
        choices={KINDS}
        onChange={(kind) => {
          onChange({ ...filters, kind: KINDS.find(({ value }) => value === kind)?.value ?? "" });
        }}
      />
      <div className="grid w-full grid-cols-2 gap-3 sm:flex sm:w-auto">
        <DateField
          label="From"
          value={filters.from}
          onChange={(from) => {
            onChange({ ...filters, from });
          }}
        />
        <DateField
          label="To"
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
          aria-label={`Show all visitors, not only ${customerLabel}`}
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
          Clear
        </Button>
      )}
    </div>
  );
}
