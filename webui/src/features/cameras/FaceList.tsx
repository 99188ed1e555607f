import { QualityReason } from "../../api/gen/footfall/v1/face_event_pb";
import type { PreviewState } from "./preview";
import { t } from "./texts";

const REASONS = {
  [QualityReason.UNSPECIFIED]: "reasonUnknown",
  [QualityReason.TOO_SMALL]: "reasonTooSmall",
  [QualityReason.TURNED_AWAY]: "reasonTurnedAway",
  [QualityReason.BLURRED]: "reasonBlurred",
  [QualityReason.TOO_DARK]: "reasonTooDark",
  [QualityReason.TOO_BRIGHT]: "reasonTooBright",
  [QualityReason.LOW_CONTRAST]: "reasonLowContrast",
  [QualityReason.TRUNCATED]: "reasonTruncated",
  [QualityReason.UNSURE]: "reasonUnsure",
} as const satisfies Record<QualityReason, string>;

/** What the boxes on the picture say, in words: how fit each face is, and what keeps it from being recognised. */
export function FaceList({ preview }: { preview: PreviewState }) {
  if (preview.phase !== "live") return null;
  const faces = preview.picture?.faces ?? [];
  if (faces.length === 0) return <p className="text-quiet">{t("noFaces")}</p>;
  return (
    <ul aria-label={t("faces")} className="list-none space-y-1 p-0">
      {faces.map(({ qualityScore, eyeDistance, reasons }, at) => (
        <li key={at} className="flex flex-wrap gap-x-3 text-quiet tabular-nums">
          <span className={`font-medium ${reasons.length === 0 ? "text-brand" : "text-ink"}`}>
            {reasons.length === 0 ? t("fit") : t("unfit")}
          </span>
          <span>{t("quality", { percent: Math.round(qualityScore * 100) })}</span>
          {eyeDistance > 0 && <span>{t("eyes", { pixels: Math.round(eyeDistance) })}</span>}
          {reasons.length > 0 && <span>{reasons.map((reason) => t(REASONS[reason])).join(", ")}</span>}
        </li>
      ))}
    </ul>
  );
}
