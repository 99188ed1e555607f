import { FileProtectOutlined, SearchOutlined } from "@ant-design/icons";
import { Button } from "antd";

import { toAppError } from "../../api/errors";
import type { Erasure } from "../../api/gen/footfall/v1/erasure_service_pb";
import { EmptyState } from "../../components/feedback/EmptyState";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { SearchField } from "../../components/fields/SearchField";
import { LinkButton } from "../../components/LinkButton";
import { useActorName } from "../../panels/audit/useActorName";
import { TICKET_LENGTH } from "../../panels/erasure/TicketField";
import { ErasureFacts } from "./ErasureFacts";
import { ReceiptKey } from "./ReceiptKey";
import { t } from "./texts";
import { useErasures } from "./useErasures";

/** Who was forgotten, when and by whom, with the receipts that prove it to whoever asks later. */
export function Erasures({ ticket, onTicket }: { ticket: string; onTicket: (ticket: string) => void }) {
  const erasures = useErasures(ticket);
  const failure = erasures.error ? toAppError(erasures.error) : undefined;
  const rows = erasures.data?.pages.flatMap((page) => page.erasures) ?? [];
  return (
    <section aria-labelledby="erasures" className="space-y-3">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div>
          <h2 id="erasures" className="text-base font-semibold">
            {t("erasures")}
          </h2>
          <p className="max-w-prose text-quiet">{t("erasuresNote")}</p>
        </div>
        <LinkButton primary to="/privacy/forget">
          {t("somebodyAsks")}
        </LinkButton>
      </div>
      <SearchField label={t("byTicket")} value={ticket} maxLength={TICKET_LENGTH} onChange={onTicket} />
      {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={() => void erasures.refetch()} />}
      {!failure && erasures.isPending && <PageSkeleton />}
      {erasures.isSuccess && rows.length === 0 && ticket === "" && (
        <EmptyState icon={<FileProtectOutlined />} title={t("noErasures")} hint={t("noErasuresHint")} />
      )}
      {erasures.isSuccess && rows.length === 0 && ticket !== "" && (
        <EmptyState icon={<SearchOutlined />} title={t("noSuchTicket")} hint={t("noSuchTicketHint")}>
          <Button
            onClick={() => {
              onTicket("");
            }}
          >
            {t("showAll")}
          </Button>
        </EmptyState>
      )}
      {rows.length > 0 && <List rows={rows} />}
      {erasures.hasNextPage && (
        <Button loading={erasures.isFetchingNextPage} onClick={() => void erasures.fetchNextPage()}>
          {t("more")}
        </Button>
      )}
      <ReceiptKey />
    </section>
  );
}

function List({ rows }: { rows: readonly Erasure[] }) {
  const actorOf = useActorName();
  return (
    <ul aria-labelledby="erasures" className="list-none overflow-hidden rounded-2xl border border-line bg-surface p-0">
      {rows.map((erasure) => (
        <li key={erasure.erasureId} className="border-b border-line px-5 py-3 last:border-b-0">
          <ErasureFacts erasure={erasure} actorOf={actorOf} />
        </li>
      ))}
    </ul>
  );
}
