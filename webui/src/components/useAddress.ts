import { useRef } from "react";
import { useSearchParams } from "react-router";

/** Letters of a name, or the parts of a day, come one after the other: the way back does not go through each of them. */
const ONE_STEP_MS = 2000;

/**
 * Filters of a page, kept in its address: they can be sent to somebody, outlive a reload, and the browser's way back
 * takes the last change away. What else the address says of the page goes with a change.
 */
export function useAddress<Filters>(
  read: (params: URLSearchParams) => Filters,
  write: (filters: Filters) => URLSearchParams,
): readonly [filters: Filters, change: (next: Filters) => void] {
  const [params, setParams] = useSearchParams();
  const filters = read(params);
  const last = useRef({ fields: "", at: 0, address: "" });
  const change = (next: Filters) => {
    const address = write(next);
    const fields = changed(write(filters), address);
    if (fields === "") return;
    const now = Date.now();
    const { fields: before, at, address: reached } = last.current;
    const replace = fields === before && now - at < ONE_STEP_MS && params.toString() === reached;
    last.current = { fields, at: now, address: address.toString() };
    setParams(address, { replace });
  };
  return [filters, change];
}

function changed(one: URLSearchParams, other: URLSearchParams): string {
  const names = new Set([...one.keys(), ...other.keys()]);
  return [...names]
    .filter((name) => one.get(name) !== other.get(name))
    .sort()
    .join();
}
