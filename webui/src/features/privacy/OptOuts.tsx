import { EyeInvisibleOutlined } from "@ant-design/icons";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Button } from "antd";
import { useState } from "react";

import { toAppError } from "../../api/errors";
import { Role } from "../../api/gen/footfall/v1/auth_service_pb";
import type { OptOut } from "../../api/gen/footfall/v1/opt_out_service_pb";
import { EmptyState } from "../../components/feedback/EmptyState";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { LinkButton } from "../../components/LinkButton";
import { ConfirmDialog } from "../../components/overlay/ConfirmDialog";
import { StateBadge } from "../../components/status/StateBadge";
import { useActorName } from "../../panels/audit/useActorName";
import { moment } from "../../time/format";
import { localZone } from "../../time/zoned";
import { t } from "./texts";
import { useOptIn, useOptOuts } from "./useOptOuts";

/** Who asked not to be recognised again: since when, under which ticket, and whether cameras go by it. */
export function OptOuts() {
  const optOuts = useOptOuts();
  const actorOf = useActorName();
  const [leaving, setLeaving] = useState<OptOut>();
  const failure = optOuts.error ? toAppError(optOuts.error) : undefined;
  const rows = optOuts.data?.pages.flatMap((page) => page.optOuts) ?? [];
  return (
    <section aria-labelledby="opt-outs" className="space-y-3">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div>
          <h2 id="opt-outs" className="text-base font-semibold">
            {t("optOuts")}
          </h2>
          <p className="max-w-prose text-quiet">{t("optOutsNote")}</p>
        </div>
        <LinkButton to="/privacy/forget">{t("optOutAdd")}</LinkButton>
      </div>
      {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={() => void optOuts.refetch()} />}
      {!failure && optOuts.isPending && <PageSkeleton />}
      {optOuts.isSuccess && rows.length === 0 && (
        <EmptyState icon={<EyeInvisibleOutlined />} title={t("noOptOuts")} hint={t("noOptOutsHint")} />
      )}
      {rows.length > 0 && (
        <ul aria-labelledby="opt-outs" className="list-none overflow-hidden rounded-2xl border border-line bg-surface p-0">
          {rows.map((optOut) => (
            <li key={optOut.optOutId} className="border-b border-line px-5 py-3 last:border-b-0">
              <Row
                optOut={optOut}
                actorOf={actorOf}
                onLeave={() => {
                  setLeaving(optOut);
                }}
              />
            </li>
          ))}
        </ul>
      )}
      {optOuts.hasNextPage && (
        <Button loading={optOuts.isFetchingNextPage} onClick={() => void optOuts.fetchNextPage()}>
          {t("more")}
        </Button>
      )}
      {leaving && (
        <OptIn
          optOut={leaving}
          onClose={() => {
            setLeaving(undefined);
          }}
        />
      )}
    </section>
  );
}

function Row(props: { optOut: OptOut; actorOf: ReturnType<typeof useActorName>; onLeave: () => void }) {
  const { optOut, actorOf, onLeave } = props;
  const { createUserId, inForce } = optOut;
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
      <div className="min-w-0 flex-1 basis-64 space-y-1">
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1 font-medium">
          <span className="break-words">{ticketOf(optOut)}</span>
          <StateBadge tone={inForce ? "good" : "bad"}>{t(inForce ? "inForce" : "notInForce")}</StateBadge>
        </p>
        <p className="text-quiet tabular-nums">
          {whenOf(optOut)}, {actorOf({ actorId: createUserId, actorRole: Role.UNSPECIFIED, action: "opt_out.create" })}
        </p>
        {!inForce && <p className="max-w-prose text-quiet">{t("notInForceNote")}</p>}
      </div>
      <Button aria-label={t("optInOf", { ticket: ticketOf(optOut), moment: whenOf(optOut) })} onClick={onLeave}>
        {t("optIn")}
      </Button>
    </div>
  );
}

function OptIn({ optOut, onClose }: { optOut: OptOut; onClose: () => void }) {
  const optIn = useOptIn(onClose);
  return (
    <ConfirmDialog
      title={t("optInTitle")}
      note={t("optInNote", { ticket: ticketOf(optOut), moment: whenOf(optOut) })}
      action={t("optIn")}
      busy={optIn.isPending}
      failure={optIn.error ? toAppError(optIn.error) : undefined}
      onConfirm={() => {
        optIn.mutate({ optOutId: optOut.optOutId });
      }}
      onClose={onClose}
    />
  );
}

function ticketOf({ ticket }: OptOut): string {
  return ticket === "" ? t("noTicket") : t("ticketOf", { ticket });
}

function whenOf({ createTime }: OptOut): string {
  return moment(createTime ? timestampMs(createTime) : 0, localZone());
}
