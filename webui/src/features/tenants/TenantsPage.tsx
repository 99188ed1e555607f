import { BankOutlined, PlusOutlined, SearchOutlined } from "@ant-design/icons";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Button } from "antd";
import { useState } from "react";

import { useTenants } from "../../api/admin";
import { useBackend } from "../../api/backend";
import { type AppError, toAppError } from "../../api/errors";
import type { Tenant } from "../../api/gen/footfall/v1/tenant_service_pb";
import { useSession } from "../../api/hooks";
import { EmptyState } from "../../components/feedback/EmptyState";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { TextInput } from "../../components/fields/inputs";
import { PageHeader } from "../../components/PageHeader";
import { StateBadge } from "../../components/status/StateBadge";
import { PagedTable } from "../../components/table/PagedTable";
import { day } from "../../time/format";
import { localZone } from "../../time/zoned";
import { TenantEditor } from "./TenantEditor";
import { t } from "./texts";

/** The chains of the installation, and which of them is acted for. */
export function TenantsPage() {
  const tenants = useTenants();
  const actedFor = useSession()?.tenantId;
  const [search, setSearch] = useState("");
  const [adding, setAdding] = useState(false);
  const acting = useActing();
  const wanted = search.trim().toLocaleLowerCase();
  const shown = (tenants.data ?? []).filter(({ displayName }) => displayName.toLocaleLowerCase().includes(wanted));
  const failure = acting.failure ?? (tenants.error ? toAppError(tenants.error) : undefined);
  const act = (tenant: Tenant) => {
    const isActing = tenant.tenantId === actedFor;
    return (
      <Button
        disabled={acting.busy}
        aria-label={isActing ? t("stop") : t("actFor", { tenant: tenant.displayName })}
        onClick={() => void acting.actFor(isActing ? "" : tenant.tenantId)}
      >
        {isActing ? t("stop") : t("act")}
      </Button>
    );
  };
  const name = (tenant: Tenant) => (
    <span className="flex min-w-0 items-center gap-2 font-medium">
      <span className="truncate">{tenant.displayName}</span>
      {tenant.tenantId === actedFor && <StateBadge tone="good">{t("acting")}</StateBadge>}
    </span>
  );
  const since = (tenant: Tenant) => (tenant.createTime ? day(timestampMs(tenant.createTime), localZone()) : "");

  return (
    <div className="space-y-6">
      <PageHeader title={t("title")} note={t("note")}>
        <Button
          type="primary"
          icon={<PlusOutlined aria-hidden="true" />}
          onClick={() => {
            setAdding(true);
          }}
        >
          {t("add")}
        </Button>
      </PageHeader>
      {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={() => void tenants.refetch()} />}
      {!tenants.error && tenants.isPending && <PageSkeleton />}
      {tenants.data?.length === 0 && <EmptyState icon={<BankOutlined />} title={t("none")} hint={t("noneHint")} />}
      {tenants.data !== undefined && tenants.data.length > 0 && (
        <>
          <TextInput
            type="search"
            className="max-w-80"
            prefix={<SearchOutlined aria-hidden="true" />}
            placeholder={t("search")}
            aria-label={t("search")}
            value={search}
            onChange={(event) => {
              setSearch(event.target.value);
            }}
          />
          {shown.length === 0 ? (
            <EmptyState icon={<SearchOutlined />} title={t("noMatch")} hint={t("noMatchHint")} />
          ) : (
            <PagedTable
              caption={t("caption")}
              columns={[
                { key: "name", title: t("name"), cell: name },
                { key: "since", title: t("since"), cell: since },
                { key: "act", title: <span className="sr-only">{t("act")}</span>, className: "text-right", cell: act },
              ]}
              rows={shown}
              rowKey={({ tenantId }) => tenantId}
              card={(tenant) => (
                <div className="flex items-center justify-between gap-3">
                  <div className="min-w-0">
                    {name(tenant)}
                    <p className="text-xs text-quiet">{since(tenant)}</p>
                  </div>
                  {act(tenant)}
                </div>
              )}
              busy={false}
              page={1}
              onPrevious={undefined}
              onNext={undefined}
            />
          )}
        </>
      )}
      {adding && (
        <TenantEditor
          onClose={() => {
            setAdding(false);
          }}
        />
      )}
    </div>
  );
}

/** Changes the tenant that is acted for. The console begins anew then, in every tab. */
function useActing() {
  const { signIn } = useBackend();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<AppError>();
  const actFor = async (tenantId: string) => {
    setBusy(true);
    setFailure(undefined);
    try {
      await signIn.actFor(tenantId);
    } catch (error) {
      setFailure(toAppError(error));
    }
    setBusy(false);
  };
  return { busy, failure, actFor };
}
