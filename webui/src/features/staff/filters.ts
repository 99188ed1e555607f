import type { MessageInitShape } from "@bufbuild/protobuf";

import { type ListStaffRequestSchema, StaffPresence } from "../../api/gen/footfall/v1/staff_service_pb";
import { idIn, oneIn } from "../../components/addressFilters";

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
export const NAME_LENGTH_MAX = 120;
const PRESENCES = ["left", "all"] as const;

/** Reads filters from an address; what makes no sense there is no filter. */
export function readFilters(params: URLSearchParams): StaffFilters {
  return {
    name: (params.get("name") ?? "").trim().slice(0, NAME_LENGTH_MAX),
    site: idIn(params, "site"),
    presence: oneIn(params, "presence", PRESENCES),
  };
}

export function toRequest(filters: StaffFilters, pageToken: string): MessageInitShape<typeof ListStaffRequestSchema> {
  return {
    name: filters.name,
    siteId: filters.site,
    presence: { "": StaffPresence.ACTIVE, left: StaffPresence.LEFT, all: StaffPresence.UNSPECIFIED }[filters.presence],
    pageSize: PAGE_SIZE,
    pageToken,
  };
}
