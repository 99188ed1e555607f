/** How a customer is called: by name once somebody gave one, else by number. */
export function visitorName(visit: { customerName: string; customerNumber: bigint }): string {
  return visit.customerName === "" ? `Visitor ${visit.customerNumber}` : visit.customerName;
}
