import type { StaffImportItem } from "../../../api/gen/footfall/v1/staff_import_service_pb";
import { isTaken, outcomeKey } from "./outcome";

/** What the address of the page says. */
export interface ItemFilters {
  /** "" is all of them. */
  readonly show: "" | "taken" | "refused";
  /** The key of a reason; only of what was refused. */
  readonly reason: string;
}

export function readFilters(params: URLSearchParams): ItemFilters {
  const show = params.get("show");
  const reason = params.get("reason") ?? "";
  if (show === "taken") return { show, reason: "" };
  if (show === "refused") return { show, reason: /^[a-z_]{1,40}$/.test(reason) ? reason : "" };
  return { show: "", reason: "" };
}

export function writeFilters(filters: ItemFilters): URLSearchParams {
  const entries = Object.entries(filters) as [string, string][];
  return new URLSearchParams(entries.filter(([, value]) => value !== ""));
}

export function matching(items: readonly StaffImportItem[], { show, reason }: ItemFilters): readonly StaffImportItem[] {
  if (show === "") return items;
  if (show === "taken") return items.filter(isTaken);
  return items.filter((item) => !isTaken(item) && (reason === "" || outcomeKey(item) === reason));
}
