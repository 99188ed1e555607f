import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";

import type { Site } from "../../api/gen/footfall/v1/site_service_pb";
import { type Staff, StaffSchema } from "../../api/gen/footfall/v1/staff_service_pb";
import { dateIn, dayStart, knownZone, localZone } from "../../time/zoned";
import { t } from "./texts";

/** A staff member as it is typed. Days are "YYYY-MM-DD" on the calendar of `zoneOf`; "" is none. */
export interface StaffDraft {
  readonly displayName: string;
  readonly employeeNumber: string;
  readonly jobTitle: string;
  readonly email: string;
  /** None means everywhere. */
  readonly siteIds: readonly string[];
  readonly firstDay: string;
  readonly lastDay: string;
}

const MASK: Readonly<Record<keyof StaffDraft, string>> = {
  displayName: "display_name",
  employeeNumber: "employee_number",
  jobTitle: "job_title",
  email: "email",
  siteIds: "site_ids",
  firstDay: "join_time",
  lastDay: "leave_time",
};
const FIELDS = Object.keys(MASK) as readonly (keyof StaffDraft)[];
// As loose as the core's own rule: whether a mailbox exists nobody can tell from its address.
const EMAIL = /^[^\s@]+@[^\s@]+$/;

/** On whose clock the days of a staff member are: the first site's, else the reader's. */
export function zoneOf(siteIds: readonly string[], sites: readonly Site[]): string {
  const site = sites.find(({ siteId }) => siteId === siteIds[0]);
  return site ? knownZone(site.timeZone) : localZone();
}

export function draftOf(staff: Staff | undefined, zone: string): StaffDraft {
  return {
    displayName: staff?.displayName ?? "",
    employeeNumber: staff?.employeeNumber ?? "",
    jobTitle: staff?.jobTitle ?? "",
    email: staff?.email ?? "",
    siteIds: staff?.siteIds ?? [],
    firstDay: staff?.joinTime ? dateIn(timestampMs(staff.joinTime), zone) : "",
    // The day that ends with leave_time.
    lastDay: staff?.leaveTime ? dateIn(timestampMs(staff.leaveTime) - 1, zone) : "",
  };
}

/** What is wrong with the draft, by field; the server checks the same again. */
export function staffFaults(draft: StaffDraft): ReadonlyMap<keyof StaffDraft, string> {
  const faults = new Map<keyof StaffDraft, string>();
  if (draft.displayName.trim() === "") faults.set("displayName", t("needsName"));
  if (draft.email.trim() !== "" && !EMAIL.test(draft.email.trim())) faults.set("email", t("badEmail"));
  if (draft.firstDay !== "" && draft.lastDay !== "" && draft.lastDay < draft.firstDay) faults.set("lastDay", t("lastBeforeFirst"));
  return faults;
}

/** The staff member as the draft says. The last day counts whole: who leaves on the 3rd is known until the 4th begins. */
export function staffOf(draft: StaffDraft, zone: string, base: Pick<Staff, "staffId" | "etag"> | undefined): Staff {
  const join = dayStart(draft.firstDay, zone);
  const leave = dayStart(draft.lastDay, zone, 1);
  const values: MessageInitShape<typeof StaffSchema> = {
    staffId: base?.staffId ?? "",
    etag: base?.etag ?? "",
    displayName: draft.displayName.trim(),
    employeeNumber: draft.employeeNumber.trim(),
    jobTitle: draft.jobTitle.trim(),
    email: draft.email.trim(),
    siteIds: [...draft.siteIds],
    ...(join === undefined ? {} : { joinTime: timestampFromMs(join) }),
    ...(leave === undefined ? {} : { leaveTime: timestampFromMs(leave) }),
  };
  return create(StaffSchema, values);
}

/** The fields that differ, by their proto names. */
export function changedPaths(before: StaffDraft, after: StaffDraft): string[] {
  return FIELDS.filter((field) => textOf(before[field]) !== textOf(after[field])).map((field) => MASK[field]);
}

function textOf(value: string | readonly string[]): string {
  return typeof value === "string" ? value.trim() : [...value].sort().join();
}
