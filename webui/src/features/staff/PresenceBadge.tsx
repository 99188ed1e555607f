import { timestampMs } from "@bufbuild/protobuf/wkt";

import type { Staff } from "../../api/gen/footfall/v1/staff_service_pb";
import { day } from "../../time/format";
import { t } from "./texts";

/** Whether somebody works here, works here until a day that is known, or left. */
export function PresenceBadge({ staff, zone }: { staff: Staff; zone: string }) {
  if (staff.left) return <span className={`${BADGE} bg-mute text-mute-ink`}>{t("left")}</span>;
  if (staff.leaveTime) {
    // The last day is the one that ends then.
    return <span className={`${BADGE} bg-amber text-amber-ink`}>{t("leaves", { day: day(timestampMs(staff.leaveTime) - 1, zone) })}</span>;
  }
  return <span className={`${BADGE} bg-tint text-tint-ink`}>{t("active")}</span>;
}

const BADGE = "inline-flex items-center rounded-full px-2 py-0.5 text-xs leading-4 font-medium whitespace-nowrap";
