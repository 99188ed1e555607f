import { t } from "./texts";

/** How a customer is called: by name once somebody gave one, else by number. */
export function visitorName(visit: { customerName: string; customerNumber: bigint }): string {
  return visit.customerName === "" ? t("visitor", { number: String(visit.customerNumber) }) : visit.customerName;
}

/** The same, of the customer itself. */
export function customerName(customer: { displayName: string; number: bigint }): string {
  return visitorName({ customerName: customer.displayName, customerNumber: customer.number });
}
