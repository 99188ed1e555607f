import type { MessageInitShape } from "@bufbuild/protobuf";

import { CustomerKind, type ListCustomersRequestSchema } from "../../api/gen/footfall/v1/customer_service_pb";
import { idIn, oneIn } from "../../components/addressFilters";
import { visitorName } from "../../components/visitorName";

/** What the address of the page says; "" is no filter. */
export interface CustomerFilters {
  readonly site: string;
  readonly name: string;
  readonly kind: "" | "visitor" | "staff";
}

export const NO_FILTERS: CustomerFilters = { site: "", name: "", kind: "" };
export const PAGE_SIZE = 200;
/** As long as a name may be. */
export const NAME_LENGTH = 120;

const KIND_NAMES = ["visitor", "staff"] as const;
const KINDS = { "": CustomerKind.UNSPECIFIED, visitor: CustomerKind.VISITOR, staff: CustomerKind.STAFF } as const;

/** Reads filters from an address; what makes no sense there is no filter. */
export function readFilters(params: URLSearchParams): CustomerFilters {
  return {
    site: idIn(params, "site"),
    name: (params.get("name") ?? "").trim().slice(0, NAME_LENGTH),
    kind: oneIn(params, "kind", KIND_NAMES),
  };
}

/** The request for the first page. Who types "12", "#12" or "Visitor 12" means a number, not a name. */
export function toRequest(filters: CustomerFilters): MessageInitShape<typeof ListCustomersRequestSchema> {
  const number = numberIn(filters.name);
  const who = number === undefined ? { name: filters.name } : { number };
  return { ...who, siteId: filters.site, kind: KINDS[filters.kind], pageSize: PAGE_SIZE };
}

function numberIn(typed: string): bigint | undefined {
  const digits = /\d{1,15}$/.exec(typed)?.[0];
  if (digits === undefined) return undefined;
  const number = BigInt(digits);
  const unnamed = visitorName({ customerName: "", customerNumber: number });
  const meant = [digits, `#${digits}`, unnamed.toLowerCase()];
  return number > 0n && meant.includes(typed.toLowerCase()) ? number : undefined;
}
