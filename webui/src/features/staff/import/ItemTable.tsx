import { CheckOutlined, ExclamationCircleOutlined } from "@ant-design/icons";
import { Code } from "@connectrpc/connect";
import { useQuery } from "@connectrpc/connect-query";
import { Link } from "react-router";

import { toAppError } from "../../../api/errors";
import type { StaffImportItem } from "../../../api/gen/footfall/v1/staff_import_service_pb";
import { StaffService } from "../../../api/gen/footfall/v1/staff_service_pb";
import { StateBadge } from "../../../components/status/StateBadge";
import { type Column, PagedTable } from "../../../components/table/PagedTable";
import { staffName } from "../staffName";
import type { RunMode } from "./importRun";
import { placeOf } from "./itemPlace";
import { outcomeOf } from "./outcome";
import { t } from "./texts";

const PAGE_SIZE = 25;
/** Names change rarely, and the same few are on every page. */
const NAME_FRESH_MS = 60_000;

interface Row {
  readonly key: string;
  readonly item: StaffImportItem;
}

/** The pictures and rows, in the order of the file. */
export function ItemTable(props: { items: readonly StaffImportItem[]; mode: RunMode; page: number; onPage: (page: number) => void }) {
  const { items, mode, page, onPage } = props;
  const last = Math.max(0, Math.ceil(items.length / PAGE_SIZE) - 1);
  const at = Math.min(page, last);
  // A row may name a file twice: only the place in the list tells them apart.
  const rows = items.slice(at * PAGE_SIZE, (at + 1) * PAGE_SIZE).map((item, index) => ({ key: String(index), item }));
  const columns: readonly Column<Row>[] = [
    { key: "picture", title: t("picture"), cell: ({ item }) => <Place item={item} />, className: "w-[32%] align-top" },
    { key: "person", title: t("person"), cell: ({ item }) => <Person item={item} mode={mode} />, className: "w-[24%] align-top" },
    { key: "outcome", title: t("outcome"), cell: ({ item }) => <What item={item} mode={mode} />, className: "align-top" },
  ];
  const go = (next: number) => () => {
    onPage(next);
  };
  return (
    <PagedTable
      caption={t("results")}
      columns={columns}
      rows={rows}
      rowKey={({ key }) => key}
      busy={false}
      page={at + 1}
      labels={{ previous: t("previous"), next: t("next") }}
      onPrevious={at === 0 ? undefined : go(at - 1)}
      onNext={at === last ? undefined : go(at + 1)}
      card={({ item }) => (
        <div className="space-y-2">
          <div className="flex flex-wrap items-baseline justify-between gap-x-3">
            <Place item={item} />
            <Person item={item} mode={mode} />
          </div>
          <What item={item} mode={mode} />
        </div>
      )}
    />
  );
}

function Place({ item }: { item: StaffImportItem }) {
  return (
    <span className="break-words">
      {placeOf(item)}
      {item.row > 0 && item.fileName !== "" && <span className="block text-xs text-quiet">{t("row", { row: String(item.row) })}</span>}
    </span>
  );
}

function Person({ item, mode }: { item: StaffImportItem; mode: RunMode }) {
  const { staffId, personCreated } = item;
  if (staffId === "" && !personCreated) return null;
  return (
    <span className="inline-flex flex-wrap items-center gap-2">
      {staffId !== "" && <Member staffId={staffId} />}
      {personCreated && <StateBadge tone="good">{mode === "check" ? t("wouldBeNew") : t("newPerson")}</StateBadge>}
    </span>
  );
}

function Member({ staffId }: { staffId: string }) {
  const member = useQuery(StaffService.method.getStaff, { staffId }, { staleTime: NAME_FRESH_MS, retry: false });
  if (member.error && toAppError(member.error).code === Code.NotFound) return <span className="text-quiet">{t("memberGone")}</span>;
  return <Link to={`/staff/${staffId}`}>{member.data ? staffName(member.data) : t("member")}</Link>;
}

function What({ item, mode }: { item: StaffImportItem; mode: RunMode }) {
  const { tone, title, hint, measured } = outcomeOf(item, mode);
  const ink = { good: "text-tint-ink", open: "text-amber-ink", bad: "text-rose-ink" }[tone];
  const Icon = tone === "good" ? CheckOutlined : ExclamationCircleOutlined;
  return (
    <div data-outcome={tone}>
      <p className={`font-medium ${ink}`}>
        <Icon aria-hidden="true" className="mr-2" />
        {title}
      </p>
      {hint !== "" && <p>{hint}</p>}
      {measured !== undefined && <p className="text-xs text-quiet">{measured}</p>}
    </div>
  );
}
