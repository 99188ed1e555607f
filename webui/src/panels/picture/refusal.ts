import { type AppError, mayPass, toAppError } from "../../api/errors";
import { ErrorReason } from "../../api/gen/footfall/v1/error_reason_pb";
import type { FileFault } from "../../components/faces/enrolment/pictureFiles";
import { t } from "./texts";

/** Why a picture was not taken. */
export interface PictureRefusal {
  readonly title: string;
  readonly hint: string;
  /** What was measured and what is needed; undefined when there are no numbers. */
  readonly measured: string | undefined;
  /** Whether the same picture may be taken later. */
  readonly transient: boolean;
}

/** Why a file is not even sent. */
export function fileRefusal(fault: Exclude<FileFault, "count">): PictureRefusal {
  return { title: t(`${fault}Fault`), hint: t(`${fault}FaultHint`), measured: undefined, transient: false };
}

/** Why a picture was not taken, in words and with what was measured. */
export function refusalOf(error: unknown): PictureRefusal {
  if (error instanceof DOMException && error.name !== "AbortError") {
    return { title: t("unreadable"), hint: t("unreadableHint"), measured: undefined, transient: false };
  }
  const failure = toAppError(error);
  return {
    title: failure.title,
    hint: failure.hint,
    measured: measuredText(failure),
    transient: mayPass(failure),
  };
}

/** What was measured and what is needed; undefined when the core sent no numbers. */
export function measuredText({ reason, metadata }: Pick<AppError, "reason" | "metadata">): string | undefined {
  const measured = numberOf(metadata.measured);
  const needed = numberOf(metadata.needed);
  const both = measured !== undefined && needed !== undefined;
  switch (reason) {
    case ErrorReason.SEVERAL_FACES:
      return measured === undefined ? undefined : t("measuredFaces", { count: measured });
    case ErrorReason.FACE_TOO_SMALL:
      return both ? t("measuredEyes", { measured: Math.floor(measured), needed: Math.ceil(needed) }) : undefined;
    case ErrorReason.FACE_TOO_TURNED:
      return both ? t("measuredTurn", { measured: Math.round(measured), needed: Math.floor(needed) }) : undefined;
    case ErrorReason.FACE_BLURRED:
      return both ? t("measuredSharpness", percents(measured, needed)) : undefined;
    case ErrorReason.FACE_TOO_DARK:
    case ErrorReason.FACE_TOO_BRIGHT:
    case ErrorReason.FACE_LOW_CONTRAST:
      return both ? t("measuredExposure", percents(measured, needed)) : undefined;
    case ErrorReason.FACE_CUT_OFF:
      return both ? t("measuredVisible", percents(measured, needed)) : undefined;
    case ErrorReason.PICTURE_TOO_LARGE:
      return both ? t("measuredPixels", { measured: megapixels(measured), needed: megapixels(needed) }) : undefined;
    case ErrorReason.LOOKS_LIKE_OTHER_STAFF: {
      const score = numberOf(metadata.score);
      const threshold = numberOf(metadata.threshold);
      return score === undefined || threshold === undefined
        ? undefined
        : t("measuredLikeness", { score: score.toFixed(2), threshold: threshold.toFixed(2) });
    }
    case ErrorReason.TOO_MANY_FACES: {
      const most = numberOf(metadata.most);
      return most === undefined ? undefined : t("measuredMost", { count: most });
    }
    default:
      return undefined;
  }
}

function numberOf(text: string | undefined): number | undefined {
  const value = Number(text ?? "");
  return text === undefined || text.trim() === "" || !Number.isFinite(value) ? undefined : value;
}

/** Never rounded so that a value that failed looks as if it had passed. */
function percents(measured: number, needed: number) {
  return { measured: Math.floor(measured * 100), needed: Math.ceil(needed * 100) };
}

function megapixels(pixels: number): number {
  return Math.round(pixels / 100_000) / 10;
}
