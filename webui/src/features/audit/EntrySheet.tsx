import { timestampMs } from "@bufbuild/protobuf/wkt";

import type { AuditEntry } from "../../api/gen/footfall/v1/audit_service_pb";
import { roleName } from "../../api/permissions";
import { Sheet } from "../../components/overlay/Sheet";
import { day, timeOfDay } from "../../time/format";
import { t } from "./texts";

/** Everything that one entry says. */
export function EntrySheet(props: { entry: AuditEntry; actor: string; zone: string; onClose: () => void }) {
  const { entry, actor, zone, onClose } = props;
  const at = entry.time ? timestampMs(entry.time) : 0;
  const facts = [
    [t("time"), `${day(at, zone)}, ${timeOfDay(at, zone)}`],
    [t("who"), actor],
    [t("role"), roleName(entry.actorRole)],
    [t("what"), entry.action],
    [t("resourceId"), `${entry.resource} ${entry.resourceId}`.trim()],
    [t("actorId"), entry.actorId],
    [t("hash"), entry.hash],
  ].filter(([, value]) => value !== "");
  return (
    <Sheet title={t("heading", { sequence: String(entry.sequence) })} shape="side" onClose={onClose}>
      <dl className="divide-y divide-line">
        {facts.map(([term, value]) => (
          <div key={term} className="flex justify-between gap-6 py-2">
            <dt className="shrink-0 text-quiet">{term}</dt>
            <dd className="m-0 min-w-0 text-right break-all">{value}</dd>
          </div>
        ))}
      </dl>
      {entry.detail !== "" && (
        // It may be wider than the sheet: who has no mouse scrolls it by keys.
        <pre tabIndex={0} aria-label={t("detail")} className="mt-3 overflow-x-auto rounded-lg bg-mute p-3 text-xs whitespace-pre-wrap">
          {readable(entry.detail)}
        </pre>
      )}
    </Sheet>
  );
}

function readable(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), undefined, 2);
  } catch {
    return json;
  }
}
