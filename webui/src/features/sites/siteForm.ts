import { create } from "@bufbuild/protobuf";
import { DurationSchema, durationFromMs, durationMs } from "@bufbuild/protobuf/wkt";

import { ImagePolicy } from "../../api/gen/footfall/v1/camera_settings_pb";
import { type Site, SiteSchema } from "../../api/gen/footfall/v1/site_service_pb";
import { t } from "./texts";

/** A site as it is typed. */
export interface SiteDraft {
  readonly displayName: string;
  readonly timeZone: string;
  /** Whole or broken minutes. */
  readonly visitGapMinutes: string;
  /** "HH:MM" on the site's clock. */
  readonly businessDayStart: string;
  /** The most that any camera of the site lets out. */
  readonly imagePolicy: ImagePolicy;
}

export const SITE_MASK = ["display_name", "time_zone", "visit_gap", "business_day_start", "image_policy"];

const MINUTE_MS = 60_000;
const DEFAULT_GAP_MINUTES = "60";
export const DEFAULT_DAY_START = "04:00";
const LONGEST_GAP_MINUTES = 24 * 60;

/** `usualDayStart` is what the tenant has settled for new sites. */
export function draftOf(site: Site | undefined, localZone: string, usualDayStart = DEFAULT_DAY_START): SiteDraft {
  if (!site) {
    return {
      displayName: "",
      timeZone: localZone,
      visitGapMinutes: DEFAULT_GAP_MINUTES,
      businessDayStart: usualDayStart,
      imagePolicy: ImagePolicy.CROPS,
    };
  }
  return {
    displayName: site.displayName,
    timeZone: site.timeZone,
    visitGapMinutes: site.visitGap ? String(durationMs(site.visitGap) / MINUTE_MS) : DEFAULT_GAP_MINUTES,
    businessDayStart: site.businessDayStart ? clockOf(durationMs(site.businessDayStart)) : DEFAULT_DAY_START,
    imagePolicy: site.imagePolicy === ImagePolicy.UNSPECIFIED ? ImagePolicy.CROPS : site.imagePolicy,
  };
}

/** What is wrong with the draft, by field; the server checks the same again. */
export function siteFaults(draft: SiteDraft): ReadonlyMap<keyof SiteDraft, string> {
  const faults = new Map<keyof SiteDraft, string>();
  if (draft.displayName.trim() === "") faults.set("displayName", t("siteNameMissing"));
  const gap = Number(draft.visitGapMinutes);
  if (!(gap * 60 >= 1 && gap <= LONGEST_GAP_MINUTES)) {
    faults.set("visitGapMinutes", t("gapFault"));
  }
  if (!isClock(draft.businessDayStart)) {
    faults.set("businessDayStart", t("dayStartFault"));
  }
  return faults;
}

export function siteOf(draft: SiteDraft, siteId: string): Site {
  return create(SiteSchema, {
    siteId,
    displayName: draft.displayName.trim(),
    timeZone: draft.timeZone,
    visitGap: durationFromMs(Math.round(Number(draft.visitGapMinutes) * MINUTE_MS)),
    imagePolicy: draft.imagePolicy,
    businessDayStart: create(DurationSchema, { seconds: BigInt(secondsOf(draft.businessDayStart)) }),
  });
}

/** Whether a text is "HH:MM". */
export function isClock(text: string): boolean {
  return /^([01]\d|2[0-3]):[0-5]\d$/.test(text);
}

/** Seconds from midnight of "HH:MM". */
export function secondsOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(":").map(Number);
  return hours * 3600 + minutes * 60;
}

export function clockOf(ms: number): string {
  const minutes = Math.floor(ms / MINUTE_MS);
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}
