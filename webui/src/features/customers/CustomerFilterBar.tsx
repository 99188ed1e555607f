import { SearchOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useEffect, useEffectEvent, useState } from "react";
import { useNavigation } from "react-router";

import type { Site } from "../../api/gen/footfall/v1/site_service_pb";
import { SelectField } from "../../components/fields/SelectField";
import { type CustomerFilters, isFiltered, NAME_LENGTH, NO_FILTERS } from "./customerFilters";
import { t } from "./texts";

const TYPING_MS = 300;

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
      <NameField
        name={filters.name}
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

/** What is typed goes to the address when the typing pauses. */
export function NameField(props: { name: string; onChange: (name: string) => void }) {
  const { name, onChange } = props;
  const [typed, setTyped] = useState(name);
  const [told, setTold] = useState(name);
  const [known, setKnown] = useState(name);
  if (name !== known) {
    setKnown(name);
    // The address says something else than what was typed: somebody cleared it, or went back.
    if (name !== told) {
      setTyped(name);
      setTold(name);
    }
  }
  const tell = useEffectEvent((next: string) => {
    setTold(next);
    onChange(next);
  });
  const settled = typed.trim();
  // Who has clicked on somebody meanwhile is on the way there: another address would call that off.
  const leaving = useNavigation().state !== "idle";
  useEffect(() => {
    if (settled === name || leaving) return;
    const timer = setTimeout(() => {
      tell(settled);
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [settled, name, leaving]);
  return (
    <span className="relative inline-block w-full sm:w-60">
      <SearchOutlined aria-hidden="true" className="pointer-events-none absolute! top-1/2 left-3 -translate-y-1/2 text-quiet" />
      <input
        type="search"
        aria-label={t("filter.name")}
        placeholder={t("filter.name")}
        maxLength={NAME_LENGTH}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
        }}
        className="h-9.5 w-full rounded-lg border border-edge bg-surface pr-3 pl-9 text-ink placeholder:text-quiet hover:border-brand"
      />
    </span>
  );
}
