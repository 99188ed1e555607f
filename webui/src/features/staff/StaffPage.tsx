import { IdcardOutlined, ImportOutlined, PlusOutlined, SearchOutlined } from "@ant-design/icons";
import { useQuery } from "@connectrpc/connect-query";
import { keepPreviousData } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";

import { toAppError } from "../../api/errors";
import { ErrorReason } from "../../api/gen/footfall/v1/error_reason_pb";
import { StaffService } from "../../api/gen/footfall/v1/staff_service_pb";
import { useAccess, useSites } from "../../api/hooks";
import { addressOf, isFiltered } from "../../components/addressFilters";
import { EmptyState } from "../../components/feedback/EmptyState";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { SearchField } from "../../components/fields/SearchField";
import { SelectField } from "../../components/fields/SelectField";
import { LinkButton } from "../../components/LinkButton";
import { PageHeader } from "../../components/PageHeader";
import { useAddress } from "../../components/useAddress";
import { NAME_LENGTH_MAX, NO_FILTERS, readFilters, type StaffFilters, toRequest } from "./filters";
import { StaffEditor } from "./StaffEditor";
import { StaffTable } from "./StaffTable";
import { t } from "./texts";

/** Where the reader is: pages are reached by tokens only, so the way back is remembered. */
interface Position {
  readonly filters: string;
  readonly tokens: readonly string[];
}

/** Everybody who works here. */
export function StaffPage() {
  const [filters, change] = useAddress(readFilters, addressOf);
  const search = addressOf(filters).toString();
  const [position, setPosition] = useState<Position>({ filters: search, tokens: [] });
  const tokens = position.filters === search ? position.tokens : [];
  const [adding, setAdding] = useState(false);
  const navigate = useNavigate();
  const sites = useSites();
  const manages = useAccess().can("staff.manage");
  const staff = useQuery(StaffService.method.listStaff, toRequest(filters, tokens.at(-1) ?? ""), {
    placeholderData: keepPreviousData,
  });
  const go = (next: readonly string[]) => {
    setPosition({ filters: search, tokens: next });
    window.scrollTo({ top: 0 });
  };
  const add = () => {
    setAdding(true);
  };
  const failure = staff.error ? toAppError(staff.error) : undefined;
  const rows = staff.data?.staff ?? [];
  const next = staff.data?.nextPageToken ?? "";
  return (
    <div className="space-y-5">
      <PageHeader title={t("staff")} note={t("staffNote")}>
        {manages && (
          <>
            <LinkButton to="/staff/import">
              <ImportOutlined aria-hidden="true" />
              {t("import")}
            </LinkButton>
            <Button type="primary" icon={<PlusOutlined aria-hidden="true" />} onClick={add}>
              {t("addStaff")}
            </Button>
          </>
        )}
      </PageHeader>
      <FilterBar filters={filters} sites={sites.data ?? []} onChange={change} />
      {failure && (
        <ErrorAlert
          {...failure}
          requestId={failure.metadata.request_id}
          onRetry={() => {
            if (failure.reason === ErrorReason.BAD_PAGE_TOKEN) go([]);
            else void staff.refetch();
          }}
        />
      )}
      {staff.isPending && !failure && <PageSkeleton />}
      {staff.isSuccess && rows.length === 0 && isFiltered(filters) && (
        <EmptyState icon={<SearchOutlined />} title={t("noMatch")} hint={t("noMatchHint")}>
          <Button
            onClick={() => {
              change(NO_FILTERS);
            }}
          >
            {t("clearFilters")}
          </Button>
        </EmptyState>
      )}
      {staff.isSuccess && rows.length === 0 && !isFiltered(filters) && (
        <EmptyState icon={<IdcardOutlined />} title={t("noStaff")} hint={manages ? t("noStaffHint") : t("noStaffReader")}>
          {manages && (
            <span className="flex flex-wrap justify-center gap-3">
              <Button type="primary" onClick={add}>
                {t("addFirst")}
              </Button>
              <LinkButton to="/staff/import">{t("importMany")}</LinkButton>
            </span>
          )}
        </EmptyState>
      )}
      {rows.length > 0 && (
        <StaffTable
          staff={rows}
          sites={sites.data ?? []}
          busy={staff.isPlaceholderData}
          page={tokens.length + 1}
          onPrevious={
            tokens.length === 0
              ? undefined
              : () => {
                  go(tokens.slice(0, -1));
                }
          }
          onNext={
            next === ""
              ? undefined
              : () => {
                  go([...tokens, next]);
                }
          }
        />
      )}
      {adding && (
        <StaffEditor
          staff={undefined}
          onClose={() => {
            setAdding(false);
          }}
          onSaved={({ staffId }) => void navigate(`/staff/${staffId}`)}
        />
      )}
    </div>
  );
}

function FilterBar(props: {
  filters: StaffFilters;
  sites: readonly { readonly siteId: string; readonly displayName: string }[];
  onChange: (filters: StaffFilters) => void;
}) {
  const { filters, sites, onChange } = props;
  const presences = [
    { value: "", label: t("active") },
    { value: "left", label: t("left") },
    { value: "all", label: t("activeAndLeft") },
  ] as const;
  return (
    <div role="search" aria-label={t("filterStaff")} className="flex flex-wrap items-center gap-3">
      <SearchField
        label={t("search")}
        maxLength={NAME_LENGTH_MAX}
        value={filters.name}
        onChange={(name) => {
          onChange({ ...filters, name });
        }}
      />
      <SelectField
        label={t("site")}
        value={filters.site}
        choices={[{ value: "", label: t("allSites") }, ...sites.map((site) => ({ value: site.siteId, label: site.displayName }))]}
        onChange={(site) => {
          onChange({ ...filters, site });
        }}
      />
      <SelectField
        label={t("state")}
        value={filters.presence}
        choices={presences}
        onChange={(presence) => {
          onChange({ ...filters, presence: presences.find(({ value }) => value === presence)?.value ?? "" });
        }}
      />
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
