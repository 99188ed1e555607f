import { Code } from "@connectrpc/connect";

import { errorText } from "../../../api/errorTexts";
import { ErrorReason } from "../../../api/gen/footfall/v1/error_reason_pb";
import { StaffImportFault, type StaffImportItem, type StaffImportSummary } from "../../../api/gen/footfall/v1/staff_import_service_pb";
import { FaceVerdict } from "../../../api/gen/footfall/v1/staff_service_pb";
import type { PlainKey } from "../../../i18n/texts";
import { measuredText } from "../../../panels/picture/refusal";
import type { RunMode } from "./importRun";
import { t } from "./texts";

/** What became of a picture or a row, in words. */
export interface Outcome {
  /** The same for all items of which the same is said. */
  readonly key: string;
  /** open: the person is there, and has no picture. */
  readonly tone: "good" | "open" | "bad";
  readonly title: string;
  /** What to do about it; "" when there is nothing to do. */
  readonly hint: string;
  readonly measured: string | undefined;
}

type Refusal = Exclude<FaceVerdict, FaceVerdict.UNSPECIFIED | FaceVerdict.ACCEPTED>;

/** The reason that a picture gets which is added by hand: one picture, one word, wherever it comes in. */
const REASONS: Readonly<Record<Refusal, ErrorReason>> = {
  [FaceVerdict.NOT_AN_IMAGE]: ErrorReason.PICTURE_UNREADABLE,
  [FaceVerdict.NO_FACE]: ErrorReason.NO_FACE,
  [FaceVerdict.SEVERAL_FACES]: ErrorReason.SEVERAL_FACES,
  [FaceVerdict.TOO_SMALL]: ErrorReason.FACE_TOO_SMALL,
  [FaceVerdict.BLURRED]: ErrorReason.FACE_BLURRED,
  [FaceVerdict.TOO_DARK]: ErrorReason.FACE_TOO_DARK,
  [FaceVerdict.TOO_BRIGHT]: ErrorReason.FACE_TOO_BRIGHT,
  [FaceVerdict.TOO_TURNED]: ErrorReason.FACE_TOO_TURNED,
  [FaceVerdict.LOOKS_LIKE_OTHER_STAFF]: ErrorReason.LOOKS_LIKE_OTHER_STAFF,
  [FaceVerdict.DUPLICATE]: ErrorReason.DUPLICATE_FACE,
  [FaceVerdict.TOO_MANY_FACES]: ErrorReason.TOO_MANY_FACES,
  [FaceVerdict.STAFF_LEFT]: ErrorReason.STAFF_LEFT,
  [FaceVerdict.CUT_OFF]: ErrorReason.FACE_CUT_OFF,
  [FaceVerdict.LOW_CONTRAST]: ErrorReason.FACE_LOW_CONTRAST,
  [FaceVerdict.TOO_LARGE]: ErrorReason.PICTURE_TOO_LARGE,
};

type Fault = Exclude<StaffImportFault, StaffImportFault.UNSPECIFIED>;
type TextKey = PlainKey<typeof t>;

const FAULTS: Readonly<Record<Fault, readonly [title: TextKey, hint: TextKey]>> = {
  [StaffImportFault.NO_PERSON]: ["noPerson", "noPersonHint"],
  [StaffImportFault.NO_PICTURE]: ["noPicture", "noPictureHint"],
  [StaffImportFault.FILE_MISSING]: ["fileMissing", "fileMissingHint"],
  [StaffImportFault.UNUSED]: ["unused", "unusedHint"],
  [StaffImportFault.FILE_UNREADABLE]: ["fileUnreadable", "fileUnreadableHint"],
  [StaffImportFault.SITE_UNKNOWN]: ["siteUnknown", "siteUnknownHint"],
  [StaffImportFault.AMBIGUOUS]: ["ambiguous", "ambiguousHint"],
  [StaffImportFault.NUMBER_TAKEN]: ["numberTaken", "numberTakenHint"],
  [StaffImportFault.NOT_ALLOWED]: ["notAllowed", "notAllowedHint"],
  [StaffImportFault.INVALID]: ["invalid", "invalidHint"],
};

export function outcomeOf(item: StaffImportItem, mode: RunMode): Outcome {
  const { fault, verdict, column } = item;
  const key = outcomeKey(item);
  if (fault !== StaffImportFault.UNSPECIFIED) {
    const [title, hint] = FAULTS[fault];
    return {
      key,
      tone: fault === StaffImportFault.NO_PICTURE ? "open" : "bad",
      title: t(title),
      hint: t(hint),
      measured: column === "" ? undefined : t("inColumn", { column }),
    };
  }
  if (verdict === FaceVerdict.UNSPECIFIED || verdict === FaceVerdict.ACCEPTED) {
    return { key, tone: "good", title: mode === "check" ? t("usable") : t("enrolled"), hint: "", measured: undefined };
  }
  return { key, tone: "bad", ...errorText(REASONS[verdict], Code.InvalidArgument), measured: numbersOf(item, REASONS[verdict]) };
}

/** The figures of an item have no names of their own: what they are is said by the reason. */
function numbersOf({ measured, needed }: StaffImportItem, reason: ErrorReason): string | undefined {
  const all = { measured, score: measured, needed, threshold: needed, most: needed };
  const told = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return measuredText({ reason, metadata: Object.fromEntries(told) as Record<string, string> });
}

/** A word for an address: "too_small", "no_person". No verdict has the name of a fault. */
export function outcomeKey({ fault, verdict }: Pick<StaffImportItem, "fault" | "verdict">): string {
  return (fault === StaffImportFault.UNSPECIFIED ? FaceVerdict[verdict] : StaffImportFault[fault]).toLowerCase();
}

export function isTaken({ verdict }: Pick<StaffImportItem, "verdict">): boolean {
  return verdict === FaceVerdict.ACCEPTED;
}

/** Counts as the core does: a row without a picture failed, though its person is there. */
export function summaryOf(items: readonly StaffImportItem[]): Pick<StaffImportSummary, "enrolled" | "refused" | "failed" | "peopleCreated"> {
  const enrolled = items.filter(isTaken).length;
  const judged = items.filter(({ verdict }) => verdict !== FaceVerdict.UNSPECIFIED).length;
  return {
    enrolled,
    refused: judged - enrolled,
    failed: items.length - judged,
    peopleCreated: items.filter(({ personCreated }) => personCreated).length,
  };
}

export interface Reason extends Outcome {
  readonly count: number;
}

/** Why pictures and rows were not taken, the most frequent reason first. */
export function reasonsOf(items: readonly StaffImportItem[], mode: RunMode): readonly Reason[] {
  const counts = new Map<string, Reason>();
  for (const item of items) {
    if (isTaken(item)) continue;
    const outcome = outcomeOf(item, mode);
    counts.set(outcome.key, { ...outcome, count: (counts.get(outcome.key)?.count ?? 0) + 1 });
  }
  return [...counts.values()].sort((one, other) => other.count - one.count || one.key.localeCompare(other.key));
}
