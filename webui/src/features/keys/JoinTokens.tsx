import { ApiOutlined, PlusOutlined } from "@ant-design/icons";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Button } from "antd";
import { useState } from "react";

import { useJoinTokens } from "../../api/admin";
import { toAppError } from "../../api/errors";
import type { JoinToken } from "../../api/gen/footfall/v1/certificate_service_pb";
import { ErrorReason } from "../../api/gen/footfall/v1/error_reason_pb";
import { EmptyState } from "../../components/feedback/EmptyState";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { InfoNote } from "../../components/feedback/InfoNote";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { PagedTable } from "../../components/table/PagedTable";
import { moment } from "../../time/format";
import { JoinTokenEditor } from "./JoinTokenEditor";
import { RevokeTokenDialog } from "./RevokeDialogs";
import { SectionHeader } from "./SectionHeader";
import { t } from "./texts";

/** What new edge workers join with. */
export function JoinTokens({ siteNames, zone }: { siteNames: ReadonlyMap<string, string>; zone: string }) {
  const tokens = useJoinTokens();
  const [adding, setAdding] = useState(false);
  const [revoking, setRevoking] = useState<JoinToken>();
  const failure = tokens.error ? toAppError(tokens.error) : undefined;
  const noAuthority = failure?.reason === ErrorReason.NO_CERTIFICATE_AUTHORITY;
  const made = (token: JoinToken) => (token.createTime ? moment(timestampMs(token.createTime), zone) : "");
  const until = (token: JoinToken) => (token.expireTime ? moment(timestampMs(token.expireTime), zone) : "");
  const revoke = (token: JoinToken) => (
    <Button
      danger
      type="text"
      aria-label={t("revokeName", { name: token.displayName })}
      onClick={() => {
        setRevoking(token);
      }}
    >
      {t("revoke")}
    </Button>
  );
  return (
    <section aria-labelledby="join-tokens" className="space-y-3">
      <SectionHeader id="join-tokens" title={t("joinTokens")} note={t("joinTokensNote")}>
        {!noAuthority && (
          <Button
            icon={<PlusOutlined aria-hidden="true" />}
            onClick={() => {
              setAdding(true);
            }}
          >
            {t("addToken")}
          </Button>
        )}
      </SectionHeader>
      {noAuthority && (
        <InfoNote title={t("noAuthority")}>
          <p className="text-quiet">{t("noAuthorityNote")}</p>
          <p className="text-quiet">
            {t("noAuthorityFirst")} <code className="font-mono text-xs">footfall-server generate-authority --dir …</code>
          </p>
          <p className="text-quiet">{t("noAuthorityThen")}</p>
        </InfoNote>
      )}
      {failure && !noAuthority && <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={() => void tokens.refetch()} />}
      {!failure && tokens.isPending && <PageSkeleton />}
      {tokens.data?.length === 0 && <EmptyState icon={<ApiOutlined />} title={t("noTokens")} hint={t("noTokensHint")} />}
      {tokens.data !== undefined && tokens.data.length > 0 && (
        <PagedTable
          caption={t("tokensCaption")}
          columns={[
            { key: "name", title: t("name"), cell: ({ displayName }) => <span className="font-medium">{displayName}</span> },
            { key: "site", title: t("site"), cell: ({ siteId }) => siteNames.get(siteId) ?? "" },
            { key: "made", title: t("created"), cell: made },
            { key: "until", title: t("goodUntil"), cell: until },
            { key: "revoke", title: <span className="sr-only">{t("revoke")}</span>, className: "text-right", cell: revoke },
          ]}
          rows={tokens.data}
          rowKey={({ joinTokenId }) => joinTokenId}
          card={(token) => (
            <div className="flex items-end justify-between gap-3">
              <div className="min-w-0">
                <p className="truncate font-medium">{token.displayName}</p>
                <p className="text-quiet">{siteNames.get(token.siteId)}</p>
                <p className="text-xs text-quiet">
                  {t("goodUntil")}: {until(token)}
                </p>
              </div>
              {revoke(token)}
            </div>
          )}
          busy={false}
          page={1}
          onPrevious={undefined}
          onNext={undefined}
        />
      )}
      {adding && (
        <JoinTokenEditor
          onClose={() => {
            setAdding(false);
          }}
        />
      )}
      {revoking && (
        <RevokeTokenDialog
          joinToken={revoking}
          onClose={() => {
            setRevoking(undefined);
          }}
        />
      )}
    </section>
  );
}
