import { FilterOutlined } from "@ant-design/icons";
import { useState } from "react";
import { useLocation, useSearchParams } from "react-router";

import type { StaffImportItem } from "../../../api/gen/footfall/v1/staff_import_service_pb";
import { EmptyState } from "../../../components/feedback/EmptyState";
import { type ItemFilters, matching, readFilters, writeFilters } from "./filters";
import type { RunMode } from "./importRun";
import { ItemTable } from "./ItemTable";
import { reasonsOf, summaryOf } from "./outcome";
import { t } from "./texts";

/** What became of the pictures and rows so far: counted, by reason, and one by one. */
export function ItemResults({ items, mode }: { items: readonly StaffImportItem[]; mode: RunMode }) {
  const [params, setParams] = useSearchParams();
  const location = useLocation();
  const filters = readFilters(params);
  const search = writeFilters(filters).toString();
  const [position, setPosition] = useState({ search, page: 0 });
  const summary = summaryOf(items);
  const rejected = summary.refused + summary.failed;
  const check = mode === "check";
  const change = (next: ItemFilters) => {
    // What the page was opened to do stays in this entry of the history.
    setParams(writeFilters(next), { replace: true, state: location.state as unknown });
  };
  const shown = matching(items, filters);
  const kinds = [
    { show: "", label: t("filterAll", { number: items.length }) },
    { show: "taken", label: t("filterTaken", { number: summary.enrolled }) },
    { show: "refused", label: t("filterRefused", { number: rejected }) },
  ] as const;
  const counts = [
    { label: check ? t("usableCount") : t("taken"), count: summary.enrolled, ink: "text-tint-ink" },
    { label: t("refused"), count: summary.refused, ink: summary.refused > 0 ? "text-rose-ink" : "" },
    { label: t("failed"), count: summary.failed, ink: summary.failed > 0 ? "text-rose-ink" : "" },
    { label: check ? t("peopleWould") : t("people"), count: summary.peopleCreated, ink: "" },
  ];
  return (
    <section aria-label={t("results")} className="space-y-5" data-testid="results">
      <dl className="grid grid-cols-2 gap-3 lg:grid-cols-4">
        {counts.map(({ label, count, ink }) => (
          <div key={label} className="flex flex-col-reverse justify-end rounded-2xl border border-line bg-surface px-4 py-3">
            <dt className="text-quiet">{label}</dt>
            <dd className={`m-0 text-2xl font-semibold tabular-nums ${ink}`}>{t("number", { number: count })}</dd>
          </div>
        ))}
      </dl>
      <Reasons items={items} mode={mode} filters={filters} onChange={change} />
      <div role="group" aria-label={t("filterResults")} className="flex flex-wrap gap-2">
        {kinds.map(({ show, label }) => (
          <Chip
            key={show}
            pressed={filters.show === show && filters.reason === ""}
            onPress={() => {
              change({ show, reason: "" });
            }}
          >
            {label}
          </Chip>
        ))}
      </div>
      {items.length === 0 && <p className="text-quiet">{t("resultsYet")}</p>}
      {items.length > 0 && shown.length === 0 && <EmptyState icon={<FilterOutlined />} title={t("noneMatch")} hint={t("noneMatchHint")} />}
      {shown.length > 0 && (
        <ItemTable
          items={shown}
          mode={mode}
          page={position.search === search ? position.page : 0}
          onPage={(page) => {
            setPosition({ search, page });
          }}
        />
      )}
    </section>
  );
}

/** Why something was not taken, by how often; each leads to what it was said of. */
function Reasons(props: { items: readonly StaffImportItem[]; mode: RunMode; filters: ItemFilters; onChange: (filters: ItemFilters) => void }) {
  const { items, mode, filters, onChange } = props;
  const reasons = reasonsOf(items, mode);
  if (reasons.length === 0) return null;
  return (
    <div>
      <h2 className="mb-2 text-base font-semibold">{t("reasons")}</h2>
      <ul className="flex list-none flex-wrap gap-2 p-0">
        {reasons.map(({ key, title, count }) => {
          const pressed = filters.reason === key;
          return (
            <li key={key}>
              <Chip
                pressed={pressed}
                onPress={() => {
                  onChange(pressed ? { show: "", reason: "" } : { show: "refused", reason: key });
                }}
              >
                {t("reasonCount", { reason: title, number: count })}
              </Chip>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Chip(props: { pressed: boolean; onPress: () => void; children: string }) {
  const { pressed, onPress, children } = props;
  return (
    <button
      type="button"
      aria-pressed={pressed}
      className={`min-h-8 cursor-pointer rounded-full border px-3 tabular-nums ${
        pressed ? "border-brand bg-tint text-tint-ink" : "border-edge bg-surface text-ink hover:border-brand"
      }`}
      onClick={onPress}
    >
      {children}
    </button>
  );
}
