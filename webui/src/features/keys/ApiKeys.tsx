import { KeyOutlined, PlusOutlined } from "@ant-design/icons";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Button } from "antd";
import { useState } from "react";

import { useApiKeys } from "../../api/admin";
import { toAppError } from "../../api/errors";
import type { ApiKey } from "../../api/gen/footfall/v1/api_key_service_pb";
import { Role } from "../../api/gen/footfall/v1/auth_service_pb";
import { EmptyState } from "../../components/feedback/EmptyState";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { StateBadge } from "../../components/status/StateBadge";
import { PagedTable } from "../../components/table/PagedTable";
import { moment } from "../../time/format";
import { useNow } from "../../time/useNow";
import { ApiKeyEditor } from "./ApiKeyEditor";
import { RevokeKeyDialog } from "./RevokeDialogs";
import { SectionHeader } from "./SectionHeader";
import { t } from "./texts";

const MINUTE_MS = 60_000;

/** The keys of programs. */
export function ApiKeys({ siteNames, zone }: { siteNames: ReadonlyMap<string, string>; zone: string }) {
  const keys = useApiKeys();
  const now = useNow(MINUTE_MS);
  const [adding, setAdding] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey>();
  const failure = keys.error ? toAppError(keys.error) : undefined;
  const stateOf = (key: ApiKey) => {
    if (key.revokeTime) return "revoked";
    return key.expireTime && timestampMs(key.expireTime) <= now ? "expired" : "active";
  };
  const state = (key: ApiKey) => <StateBadge tone={stateOf(key) === "active" ? "good" : "quiet"}>{t(stateOf(key))}</StateBadge>;
  const name = (key: ApiKey) => (
    <div className="min-w-0">
      <p className="truncate font-medium">{key.displayName}</p>
      <p className="text-xs text-quiet">{key.role === Role.SITE_MANAGER ? t("manageSite") : t("sendEvents")}</p>
    </div>
  );
  const lastUsed = (key: ApiKey) => (key.lastUsedTime ? moment(timestampMs(key.lastUsedTime), zone) : t("never"));
  const expires = (key: ApiKey) => (key.expireTime ? moment(timestampMs(key.expireTime), zone) : t("never"));
  const prefix = (key: ApiKey) => <code className="font-mono text-xs">{key.prefix}…</code>;
  const revoke = (key: ApiKey) =>
    stateOf(key) === "active" && (
      <Button
        danger
        type="text"
        aria-label={t("revokeName", { name: key.displayName })}
        onClick={() => {
          setRevoking(key);
        }}
      >
        {t("revoke")}
      </Button>
    );
  return (
    <section aria-labelledby="api-keys" className="space-y-3">
      <SectionHeader id="api-keys" title={t("apiKeys")} note={t("apiKeysNote")}>
        <Button
          icon={<PlusOutlined aria-hidden="true" />}
          onClick={() => {
            setAdding(true);
          }}
        >
          {t("addKey")}
        </Button>
      </SectionHeader>
      {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={() => void keys.refetch()} />}
      {!failure && keys.isPending && <PageSkeleton />}
      {keys.data?.length === 0 && <EmptyState icon={<KeyOutlined />} title={t("noKeys")} hint={t("noKeysHint")} />}
      {keys.data !== undefined && keys.data.length > 0 && (
        <PagedTable
          caption={t("keysCaption")}
          columns={[
            { key: "name", title: t("name"), cell: name },
            { key: "site", title: t("site"), cell: ({ siteId }) => siteNames.get(siteId) ?? "" },
            { key: "prefix", title: t("prefix"), cell: prefix },
            { key: "used", title: t("lastUsed"), cell: lastUsed },
            { key: "expires", title: t("expires"), cell: expires },
            { key: "state", title: t("state"), cell: state },
            { key: "revoke", title: <span className="sr-only">{t("revoke")}</span>, className: "text-right", cell: revoke },
          ]}
          rows={keys.data}
          rowKey={({ apiKeyId }) => apiKeyId}
          card={(key) => (
            <div className="space-y-1">
              <div className="flex items-start justify-between gap-3">
                {name(key)}
                {state(key)}
              </div>
              <p className="text-quiet">
                {siteNames.get(key.siteId)} · {prefix(key)}
              </p>
              <div className="flex items-end justify-between gap-3">
                <p className="text-xs text-quiet">
                  {t("lastUsed")}: {lastUsed(key)}
                  <br />
                  {t("expires")}: {expires(key)}
                </p>
                {revoke(key)}
              </div>
            </div>
          )}
          busy={false}
          page={1}
          onPrevious={undefined}
          onNext={undefined}
        />
      )}
      {adding && (
        <ApiKeyEditor
          onClose={() => {
            setAdding(false);
          }}
        />
      )}
      {revoking && (
        <RevokeKeyDialog
          apiKey={revoking}
          onClose={() => {
            setRevoking(undefined);
          }}
        />
      )}
    </section>
  );
}
