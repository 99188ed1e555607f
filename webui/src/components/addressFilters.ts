const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Filters by the names that they have in the address; "" is no filter. */
export type AddressFilters<Filters> = { readonly [Name in keyof Filters]: string };

export function isId(text: string): boolean {
  return UUID.test(text);
}

// What makes no sense in an address is no filter.

export function idIn(params: URLSearchParams, name: string): string {
  const value = params.get(name) ?? "";
  return isId(value) ? value : "";
}

/** A day as "YYYY-MM-DD". */
export function dayIn(params: URLSearchParams, name: string): string {
  const value = params.get(name) ?? "";
  return DAY.test(value) ? value : "";
}

export function oneIn<Choice extends string>(params: URLSearchParams, name: string, choices: readonly Choice[]): Choice | "" {
  return choices.find((choice) => choice === params.get(name)) ?? "";
}

export function addressOf<Filters extends AddressFilters<Filters>>(filters: Filters): URLSearchParams {
  const entries = Object.entries<string>(filters);
  return new URLSearchParams(entries.filter(([, value]) => value !== ""));
}

export function isFiltered<Filters extends AddressFilters<Filters>>(filters: Filters): boolean {
  return Object.values<string>(filters).some((value) => value !== "");
}

/** True when both days are there in the wrong order, which the core would refuse. */
export function isBackward({ from, to }: { readonly from: string; readonly to: string }): boolean {
  return from !== "" && to !== "" && from > to;
}
