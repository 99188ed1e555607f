import { timestampMs } from "@bufbuild/protobuf/wkt";

import type { AuditEntry } from "../../api/gen/footfall/v1/audit_service_pb";
import { roleName } from "../../api/permissions";
import { day, timeOfDay } from "../../time/format";
import { t } from "./texts";

/** One entry. What is not in sight is not laid out, so that thousands stay fast. */
export function EntryRow({ entry, actor, zone }: { entry: AuditEntry; actor: string; zone: string }) {
  const at = entry.time ? timestampMs(entry.time) : 0;
  return (
    <li className="border-b border-line px-4 py-2.5 [contain-intrinsic-size:auto_4.5rem] [content-visibility:auto] last:border-b-0">
      <div className="flex flex-wrap items-baseline gap-x-4 gap-y-0.5">
        <time dateTime={new Date(at).toISOString()} className="w-52 shrink-0 whitespace-nowrap text-quiet tabular-nums">
          {day(at, zone)} {timeOfDay(at, zone)}
        </time>
        <span className="min-w-0 flex-1 basis-48 truncate font-medium">{actor}</span>
        <code className="font-mono text-xs">{entry.action}</code>
      </div>
      <details className="mt-0.5 text-xs">
        <summary className="cursor-pointer text-quiet">{t("detail")}</summary>
        <dl className="mt-1 grid grid-cols-[auto_1fr] gap-x-4 gap-y-0.5 font-mono">
          <dt className="text-quiet">{t("entry", { sequence: String(entry.sequence) })}</dt>
          <dd className="m-0">{roleName(entry.actorRole)}</dd>
          {entry.actorId !== "" && <Row name={t("actorId")} value={entry.actorId} />}
          {entry.resourceId !== "" && <Row name={t("resourceId")} value={`${entry.resource} ${entry.resourceId}`} />}
          <Row name={t("hash")} value={entry.hash} />
        </dl>
        {entry.detail !== "" && <pre className="mt-1 overflow-x-auto rounded-lg bg-mute p-2 whitespace-pre-wrap">{readable(entry.detail)}</pre>}
      </details>
    </li>
  );
}

function Row({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt className="text-quiet">{name}</dt>
      <dd className="m-0 break-all">{value}</dd>
    </>
  );
}

function readable(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), undefined, 2);
  } catch {
    return json;
  }
}
