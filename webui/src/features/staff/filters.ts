import type { MessageInitShape } from "@bufbuild/protobuf";

import { type ListStaffRequestSchema, StaffPresence } from "../../api/gen/footfall/v1/staff_service_pb";

/** What the address of the page says. */
export interface StaffFilters {
  readonly name: string;
  /** A site's id; "" is all of them. */
  readonly site: string;
  /** "" is who works here now. */
  readonly presence: "" | "left" | "all";
}

export const NO_FILTERS: StaffFilters = { name: "", site: "", presence: "" };
const PAGE_SIZE = 50;
const NAME_LENGTH_MAX = 120;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads filters from an address; what makes no sense there is no filter. */
export function readFilters(params: URLSearchParams): StaffFilters {
  const site = params.get("site") ?? "";
  const presence = params.get("presence");
  return {
    name: (params.get("name") ?? "").slice(0, NAME_LENGTH_MAX),
    site: UUID.test(site) ? site : "",
    presence: presence === "left" || presence === "all" ? presence : "",
  };
}

export function writeFilters(filters: StaffFilters): URLSearchParams {
  const entries = Object.entries(filters) as [string, string][];
  return new URLSearchParams(entries.filter(([, value]) => value !== ""));
}

export function isFiltered({ name, site, presence }: StaffFilters): boolean {
  return name.trim() !== "" || site !== "" || presence !== "";
}

export function toRequest(filters: StaffFilters, pageToken: string): MessageInitShape<typeof ListStaffRequestSchema> {
  return {
    name: filters.name.trim(),
    siteId: filters.site,
    presence: { "": StaffPresence.ACTIVE, left: StaffPresence.LEFT, all: StaffPresence.UNSPECIFIED }[filters.presence],
    pageSize: PAGE_SIZE,
    pageToken,
  };
}
