import { t } from "./texts";

/** How somebody is called whom a picture resembles: by name, else by number; who only waits has neither. */
export function candidateName(person: { displayName: string; number: bigint; isStaff: boolean }): string {
  const { displayName, number, isStaff } = person;
  if (displayName !== "") return displayName;
  if (number === 0n) return t("waitingPerson");
  return isStaff ? t("unnamed", { number: number.toString() }) : t("visitor", { number: number.toString() });
}
