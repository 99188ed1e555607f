import { SearchOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { Link } from "react-router";

import { toAppError } from "../../api/errors";
import { type Customer, CustomerKind } from "../../api/gen/footfall/v1/customer_service_pb";
import { useFace, useSites } from "../../api/hooks";
import { addressOf, isFiltered } from "../../components/addressFilters";
import { EmptyState } from "../../components/feedback/EmptyState";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { FaceFrame } from "../../components/faces/FaceFrame";
import { LinkButton } from "../../components/LinkButton";
import { PageHeader } from "../../components/PageHeader";
import { StaffBadge } from "../../components/status/StaffBadge";
import { type VirtualColumn, VirtualTable } from "../../components/table/VirtualTable";
import { useAddress } from "../../components/useAddress";
import { customerName } from "../../components/visitorName";
import { day } from "../../time/format";
import { knownZone, localZone } from "../../time/zoned";
import { CustomerFilterBar } from "./CustomerFilterBar";
import { NO_FILTERS, readFilters } from "./customerFilters";
import { seenTimes } from "./customerTimes";
import { useCustomerPages } from "./queries";
import { t } from "./texts";

/** Everybody whom the cameras know, by number. */
export function CustomersPage() {
  const [filters, change] = useAddress(readFilters, addressOf);
  const sites = useSites();
  const customers = useCustomerPages(filters);
  const zone = filters.site === "" ? localZone() : knownZone(sites.data?.find(({ siteId }) => siteId === filters.site)?.timeZone);
  const failure = customers.error ? toAppError(customers.error) : undefined;
  const rows = customers.data?.pages.flatMap((page) => page.customers) ?? [];
  return (
    <div className="space-y-5">
      <PageHeader title={t("list.title")} note={t("list.note", { zone: zone.replaceAll("_", " ") })}>
        <LinkButton to="/customers/merges">{t("list.inbox")}</LinkButton>
      </PageHeader>
      <CustomerFilterBar filters={filters} sites={sites.data ?? []} onChange={change} />
      {failure && (
        <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={() => void customers.refetch()} />
      )}
      {customers.isPending && !failure && <PageSkeleton />}
      {customers.isSuccess && rows.length === 0 && (
        <EmptyState
          icon={<SearchOutlined />}
          title={isFiltered(filters) ? t("list.noMatch") : t("list.empty")}
          hint={isFiltered(filters) ? t("list.noMatchHint") : t("list.emptyHint")}
        >
          {isFiltered(filters) && (
            <Button
              onClick={() => {
                change(NO_FILTERS);
              }}
            >
              {t("list.clearAll")}
            </Button>
          )}
        </EmptyState>
      )}
      {rows.length > 0 && (
        <CustomerTable
          rows={rows}
          zone={zone}
          busy={customers.isPlaceholderData}
          hasMore={customers.hasNextPage}
          onMore={() => {
            if (!customers.isFetching) void customers.fetchNextPage();
          }}
        />
      )}
      {rows.length > 0 && (
        <p role="status" className="text-center text-xs text-quiet">
          {customers.hasNextPage ? t("list.shownSoFar", { count: rows.length }) : t("list.shownAll", { count: rows.length })}
        </p>
      )}
    </div>
  );
}

function CustomerTable(props: { rows: readonly Customer[]; zone: string; busy: boolean; hasMore: boolean; onMore: () => void }) {
  const { rows, zone, busy, hasMore, onMore } = props;
  const when = (at: number | undefined) => (at === undefined ? t("never") : day(at, zone));
  const columns: readonly VirtualColumn<Customer>[] = [
    {
      key: "customer",
      title: t("list.customer"),
      cell: (customer) => (
        <span className="flex items-center gap-3">
          <Thumbnail customer={customer} />
          <Opener customer={customer} />
        </span>
      ),
      className: "w-[32%]",
    },
    { key: "number", title: t("list.number"), cell: ({ number }) => number.toString(), className: "w-24 text-right tabular-nums" },
    { key: "kind", title: t("list.kind"), cell: ({ kind }) => <Kind kind={kind} /> },
    { key: "first", title: t("list.firstSeen"), cell: (customer) => when(seenTimes(customer).first) },
    { key: "last", title: t("list.lastSeen"), cell: (customer) => when(seenTimes(customer).last) },
    { key: "visits", title: t("list.visits"), cell: ({ visitCount }) => visitCount, className: "w-24 text-right tabular-nums" },
  ];
  return (
    <VirtualTable
      caption={t("list.title")}
      columns={columns}
      rows={rows}
      rowKey={({ customerId }) => customerId}
      busy={busy}
      hasMore={hasMore}
      onMore={onMore}
      card={(customer) => (
        <div className="flex w-full items-center gap-3">
          <Thumbnail customer={customer} large />
          <div className="min-w-0 flex-1">
            <div className="flex items-center justify-between gap-2">
              <Opener customer={customer} />
              <Kind kind={customer.kind} />
            </div>
            <p className="text-quiet">{t("list.visitCount", { count: customer.visitCount })}</p>
            <p className="text-xs text-quiet">{t("list.lastSeenOn", { day: when(seenTimes(customer).last) })}</p>
          </div>
        </div>
      )}
    />
  );
}

function Opener({ customer }: { customer: Customer }) {
  return (
    <Link
      to={`/customers/${customer.customerId}`}
      className="truncate font-medium text-ink no-underline after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-brand"
    >
      {customerName(customer)}
    </Link>
  );
}

function Kind({ kind }: { kind: CustomerKind }) {
  return kind === CustomerKind.STAFF ? <StaffBadge label={t("staff")} /> : <span className="text-quiet">{t("visitor")}</span>;
}

function Thumbnail({ customer, large = false }: { customer: Customer; large?: boolean }) {
  const face = useFace(customer.imageId);
  return <FaceFrame status={face.status} url={face.url} alt="" className={`${large ? "size-16 rounded-xl" : "size-10 rounded-lg"} shrink-0`} />;
}
