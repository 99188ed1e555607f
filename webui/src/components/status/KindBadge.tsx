import { VisitKind } from "../../api/gen/footfall/v1/visit_service_pb";
import { t } from "../texts";

/** Whether the person had been here before. */
export function KindBadge(props: { kind: VisitKind }) {
  if (props.kind === VisitKind.NEW) {
    return <span className={`${BADGE} bg-tint text-tint-ink`}>{t("new")}</span>;
  }
  if (props.kind === VisitKind.REPEAT) {
    return <span className={`${BADGE} bg-mute text-mute-ink`}>{t("repeat")}</span>;
  }
  return null;
}

const BADGE = "inline-flex items-center rounded-full px-2 py-0.5 text-xs leading-4 font-medium";
