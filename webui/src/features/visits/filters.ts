import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { MessageInitShape } from "@bufbuild/protobuf";

import { type ListVisitsRequestSchema, VisitKind } from "../../api/gen/footfall/v1/visit_service_pb";
import { dayIn, idIn, oneIn } from "../../components/addressFilters";
import { dayStart } from "../../time/zoned";

/** What the address of the page says. Days are "YYYY-MM-DD", both included; "" is no filter. */
export interface VisitFilters {
  readonly site: string;
  readonly camera: string;
  readonly from: string;
  readonly to: string;
  readonly kind: "" | "new" | "repeat";
  readonly customer: string;
}

export const NO_FILTERS: VisitFilters = { site: "", camera: "", from: "", to: "", kind: "", customer: "" };
export const PAGE_SIZE = 200;
const KINDS = ["new", "repeat"] as const;

/** Reads filters from an address; what makes no sense there is no filter. */
export function readFilters(params: URLSearchParams): VisitFilters {
  return {
    site: idIn(params, "site"),
    camera: idIn(params, "camera"),
    from: dayIn(params, "from"),
    to: dayIn(params, "to"),
    kind: oneIn(params, "kind", KINDS),
    customer: idIn(params, "customer"),
  };
}

/** The request for the first page; days are those of the zone's calendar. */
export function toRequest(
  filters: VisitFilters,
  zone: string,
): MessageInitShape<typeof ListVisitsRequestSchema> {
  const start = dayStart(filters.from, zone);
  const end = dayStart(filters.to, zone, 1);
  return {
    siteId: filters.site,
    cameraId: filters.camera,
    customerId: filters.customer,
    kind: { "": VisitKind.UNSPECIFIED, new: VisitKind.NEW, repeat: VisitKind.REPEAT }[filters.kind],
    pageSize: PAGE_SIZE,
    ...(start === undefined ? {} : { startTime: timestampFromMs(start) }),
    ...(end === undefined ? {} : { endTime: timestampFromMs(end) }),
  };
}
