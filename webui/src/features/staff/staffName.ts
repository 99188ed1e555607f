import { t } from "./texts";

/** How a staff member is called: by name once somebody gave one, else by number. */
export function staffName({ displayName, number }: { displayName: string; number: bigint }): string {
  return displayName === "" ? t("unnamed", { number: number.toString() }) : displayName;
}
