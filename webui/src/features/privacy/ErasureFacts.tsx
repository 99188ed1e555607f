import { DownloadOutlined } from "@ant-design/icons";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Button } from "antd";
import { Link } from "react-router";

import { Role } from "../../api/gen/footfall/v1/auth_service_pb";
import { type Erasure, type ErasureCounts, ErasureKind } from "../../api/gen/footfall/v1/erasure_service_pb";
import { StateBadge } from "../../components/status/StateBadge";
import { useActorName } from "../../panels/audit/useActorName";
import { isOpen } from "../../panels/erasure/erasures";
import { moment } from "../../time/format";
import { localZone } from "../../time/zoned";
import { saveReceipt } from "./saveReceipt";
import { t } from "./texts";

const COUNTED = [
  ["faces", "facesErased"],
  ["images", "imagesErased"],
  ["tracks", "tracksErased"],
  ["visits", "visitsErased"],
] as const;

/** What an erasure was, when, by whom and how much went; its receipt once all is gone. */
export function ErasureFacts({ erasure, actorOf }: { erasure: Erasure; actorOf: ReturnType<typeof useActorName> }) {
  const at = erasure.createTime ? timestampMs(erasure.createTime) : 0;
  const when = moment(at, localZone());
  const open = isOpen(erasure);
  return (
    <div className="space-y-1">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1 font-medium">
          {t(erasure.kind === ErasureKind.STAFF ? "staffErased" : "customerErased")}
          <StateBadge tone={open ? "quiet" : "good"}>{t(open ? "open" : "complete")}</StateBadge>
        </p>
        <p className="text-quiet tabular-nums">
          <time dateTime={new Date(at).toISOString()}>{when}</time>, {askedBy(erasure, actorOf)}
        </p>
      </div>
      <p className="text-quiet">{removedText(erasure.removed)}</p>
      <p className="break-words text-quiet">{erasure.ticket === "" ? t("noTicket") : t("ticketOf", { ticket: erasure.ticket })}</p>
      {open && <p className="text-quiet">{t("openNote")}</p>}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 pt-1">
        {!open && (
          <Button
            icon={<DownloadOutlined aria-hidden="true" />}
            aria-label={t("downloadOf", { moment: when })}
            onClick={() => {
              saveReceipt(erasure);
            }}
          >
            {t("download")}
          </Button>
        )}
        <Link to={`/audit?target=${erasure.subjectId}`} className="font-medium text-brand">
          {t("inTheLog")}
        </Link>
      </div>
    </div>
  );
}

function askedBy({ createUserId }: Erasure, actorOf: ReturnType<typeof useActorName>): string {
  if (createUserId === "") return t("byCore");
  return actorOf({ actorId: createUserId, actorRole: Role.UNSPECIFIED, action: "erasure.create" });
}

function removedText(removed: ErasureCounts | undefined): string {
  const counts = COUNTED.flatMap(([name, text]) => {
    const count = removed?.[name] ?? 0;
    return count > 0 ? [t(text, { count })] : [];
  });
  return counts.length === 0 ? t("nothingErased") : counts.join(", ");
}
