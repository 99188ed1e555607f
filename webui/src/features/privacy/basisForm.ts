import { create } from "@bufbuild/protobuf";
import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";

import { LawfulBasis, RecognitionBasisSchema, type Site, SiteSchema } from "../../api/gen/footfall/v1/site_service_pb";
import { dateIn, dayStart } from "../../time/zoned";
import { t } from "./texts";

/** Why people may be recognised at a site, as it is typed. */
export interface BasisDraft {
  /** UNSPECIFIED is none: nobody is recognised. */
  readonly lawfulBasis: LawfulBasis;
  readonly reference: string;
  /** The last day on which it holds, "YYYY-MM-DD" in the site's zone; "" is none yet. */
  readonly lastDay: string;
  readonly anonymous: boolean;
}

export const BASIS_MASK = ["recognition_basis", "anonymous"];

const DAY_MS = 86_400_000;
const USUAL_DAYS = 365;
/** Short of the three years that the server allows, by the days that a time zone and leap days may add. */
const MOST_DAYS = 3 * 365;

export function basisDraftOf({ anonymous, recognitionBasis: basis, timeZone }: Site, now: number): BasisDraft {
  const expiry = basis?.expireTime && timestampMs(basis.expireTime);
  // What has expired, or is about to be confirmed again, is proposed for another year.
  const last = expiry !== undefined && expiry > now ? expiry - 1 : now + USUAL_DAYS * DAY_MS;
  return {
    lawfulBasis: basis?.lawfulBasis ?? LawfulBasis.UNSPECIFIED,
    reference: basis?.reference ?? "",
    lastDay: dateIn(last, timeZone),
    anonymous,
  };
}

/** What is wrong with the draft, by field; the server checks the same again. */
export function basisFaults(draft: BasisDraft, timeZone: string, now: number): ReadonlyMap<keyof BasisDraft, string> {
  const faults = new Map<keyof BasisDraft, string>();
  if (draft.lawfulBasis === LawfulBasis.UNSPECIFIED) return faults;
  if (draft.reference.trim() === "") faults.set("reference", t("referenceMissing"));
  const expiry = dayStart(draft.lastDay, timeZone, 1);
  if (expiry === undefined || expiry <= now || expiry > now + MOST_DAYS * DAY_MS) faults.set("lastDay", t("lastDayFault"));
  return faults;
}

export function siteWith(draft: BasisDraft, { siteId, timeZone }: Site): Site {
  const { lawfulBasis, reference, lastDay, anonymous } = draft;
  if (lawfulBasis === LawfulBasis.UNSPECIFIED) return create(SiteSchema, { siteId, anonymous });
  const expireTime = timestampFromMs(dayStart(lastDay, timeZone, 1) ?? 0);
  const recognitionBasis = create(RecognitionBasisSchema, { lawfulBasis, reference: reference.trim(), expireTime });
  return create(SiteSchema, { siteId, anonymous, recognitionBasis });
}
