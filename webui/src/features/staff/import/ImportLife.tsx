import { timestampMs } from "@bufbuild/protobuf/wkt";

import type { StaffImport } from "../../../api/gen/footfall/v1/staff_import_service_pb";
import { span } from "../../../time/format";
import { useNow } from "../../../time/useNow";
import { t } from "./texts";

const MINUTE_MS = 60_000;

/** How long an import is still kept. */
export function ImportLife({ of }: { of: StaffImport }) {
  const left = (of.expireTime ? timestampMs(of.expireTime) : 0) - useNow(MINUTE_MS);
  return left < MINUTE_MS ? t("forgottenNow") : t("forgotten", { time: span(left) });
}
