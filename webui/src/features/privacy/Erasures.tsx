import { FileProtectOutlined } from "@ant-design/icons";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Link } from "react-router";

import { toAppError } from "../../api/errors";
import type { AuditEntry } from "../../api/gen/footfall/v1/audit_service_pb";
import { useAccess } from "../../api/hooks";
import { EmptyState } from "../../components/feedback/EmptyState";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { useActorName } from "../../panels/audit/useActorName";
import { moment } from "../../time/format";
import { localZone } from "../../time/zoned";
import { countsOf, erasureOf, SHOWN, useErasures } from "./erasures";
import { t } from "./texts";

const KINDS = { "customer.delete": "customerErased", "staff.delete": "staffErased", "staff.leave": "staffLeft" } as const;
const COUNTS = { faces: "facesErased", images: "imagesErased", tracks: "tracksErased", visits: "visitsErased" } as const;

/** Who was forgotten, when and by whom; the hash of the entry proves it to whoever asks later. */
export function Erasures() {
  const mayRead = useAccess().can("audit.read");
  const erasures = useErasures(mayRead);
  const actorOf = useActorName();
  if (!mayRead) return null;
  const failure = erasures.error ? toAppError(erasures.error) : undefined;
  return (
    <section aria-labelledby="erasures" className="space-y-3">
      <div>
        <h2 id="erasures" className="text-base font-semibold">
          {t("erasures")}
        </h2>
        <p className="max-w-prose text-quiet">
          {t("erasuresNote")} <code className="font-mono text-xs">footfall-server audit verify</code>
        </p>
      </div>
      {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={() => void erasures.refetch()} />}
      {!failure && erasures.isPending && <PageSkeleton />}
      {erasures.data?.length === 0 && <EmptyState icon={<FileProtectOutlined />} title={t("noErasures")} hint={t("noErasuresHint")} />}
      {erasures.data !== undefined && erasures.data.length > 0 && (
        <ul aria-labelledby="erasures" className="list-none overflow-hidden rounded-2xl border border-line bg-surface p-0">
          {erasures.data.map((entry) => (
            <Receipt key={entry.auditId} entry={entry} actor={actorOf(entry)} />
          ))}
        </ul>
      )}
      {erasures.data?.length === SHOWN && <p className="text-quiet">{t("latest", { count: SHOWN })}</p>}
    </section>
  );
}

function Receipt({ entry, actor }: { entry: AuditEntry; actor: string }) {
  const zone = localZone();
  const at = entry.time ? timestampMs(entry.time) : 0;
  const kind = erasureOf(entry.action);
  const counts = countsOf(entry.detail).map(([name, count]) => t(COUNTS[name], { count }));
  return (
    <li className="space-y-1 border-b border-line px-5 py-3 last:border-b-0">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <p className="font-medium">{kind ? t(KINDS[kind]) : entry.action}</p>
        <p className="text-quiet tabular-nums">
          <time dateTime={new Date(at).toISOString()}>{moment(at, zone)}</time>, {actor}
        </p>
      </div>
      {counts.length > 0 && <p className="text-quiet">{counts.join(", ")}</p>}
      <p className="font-mono text-xs break-all text-quiet">{t("receipt", { hash: entry.hash })}</p>
      <Link to={`/audit?target=${entry.resourceId}`} className="font-medium text-brand">
        {t("inTheLog", { sequence: String(entry.sequence) })}
      </Link>
    </li>
  );
}
