import { Button } from "antd";

import type { Site } from "../../api/gen/footfall/v1/site_service_pb";
import { isFiltered } from "../../components/addressFilters";
import { SearchField } from "../../components/fields/SearchField";
import { SelectField } from "../../components/fields/SelectField";
import { type CustomerFilters, NAME_LENGTH, NO_FILTERS } from "./customerFilters";
import { t } from "./texts";

/** The filters of the list. Every change goes to the address, so that a view can be kept and sent. */
export function CustomerFilterBar(props: {
  filters: CustomerFilters;
  sites: readonly Site[];
  onChange: (filters: CustomerFilters) => void;
}) {
  const { filters, sites, onChange } = props;
  const kinds = [
    { value: "", label: t("filter.everybody") },
    { value: "visitor", label: t("filter.visitors") },
    { value: "staff", label: t("filter.staff") },
  ] as const;
  return (
    <div role="search" aria-label={t("filter.label")} className="flex flex-wrap items-center gap-x-3 gap-y-2">
      <SearchField
        label={t("filter.name")}
        maxLength={NAME_LENGTH}
        value={filters.name}
        onChange={(name) => {
          onChange({ ...filters, name });
        }}
      />
      <SelectField
        label={t("filter.site")}
        value={filters.site}
        choices={[{ value: "", label: t("filter.allSites") }, ...sites.map((site) => ({ value: site.siteId, label: site.displayName }))]}
        onChange={(site) => {
          onChange({ ...filters, site });
        }}
      />
      <SelectField
        label={t("filter.kind")}
        value={filters.kind}
        choices={kinds}
        onChange={(kind) => {
          onChange({ ...filters, kind: kinds.find(({ value }) => value === kind)?.value ?? "" });
        }}
      />
      {isFiltered(filters) && (
        <Button
          type="text"
          onClick={() => {
            onChange(NO_FILTERS);
          }}
        >
          {t("filter.clear")}
        </Button>
      )}
    </div>
  );
}
