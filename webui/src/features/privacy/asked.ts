import { idIn } from "../../components/addressFilters";
import { TICKET_LENGTH } from "../../panels/erasure/TicketField";

/** What the address asks for: the erasures under a ticket, and one to look at. */
export interface Asked {
  readonly ticket: string;
  readonly erasure: string;
}

export function readAsked(params: URLSearchParams): Asked {
  return { ticket: (params.get("ticket") ?? "").slice(0, TICKET_LENGTH), erasure: idIn(params, "erasure") };
}
