import { act, render, screen } from "@testing-library/react";
import { useEffect } from "react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { addressOf, dayIn, idIn, isBackward, isFiltered, oneIn } from "./addressFilters";
import { useAddress } from "./useAddress";

interface Filters {
  readonly name: string;
  readonly kind: string;
}

const NONE: Filters = { name: "", kind: "" };
let change: (next: Filters) => void;

function Page() {
  const [filters, changed] = useAddress<Filters>(
    (params) => ({ name: params.get("name") ?? "", kind: params.get("kind") ?? "" }),
    addressOf,
  );
  useEffect(() => {
    change = changed;
  });
  return <p>{`${filters.name}/${filters.kind}`}</p>;
}

function open(path: string) {
  const router = createMemoryRouter([{ path: "/list", element: <Page /> }], { initialEntries: [path] });
  render(<RouterProvider router={router} />);
  return {
    router,
    set: (next: Filters) =>
      act(async () => {
        change(next);
      }),
    back: () => act(async () => router.navigate(-1)),
  };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});

afterEach(() => {
  vi.useRealTimers();
});

it("keeps filters in the address, and goes back change by change", async () => {
  const { router, set, back } = open("/list?kind=new");
  expect(screen.getByText("/new")).toBeDefined();
  await set({ ...NONE, kind: "repeat" });
  await set({ name: "Ann", kind: "repeat" });
  expect(router.state.location.search).toBe("?name=Ann&kind=repeat");
  await back();
  expect(screen.getByText("/repeat")).toBeDefined();
  await back();
  expect(screen.getByText("/new")).toBeDefined();
});

it("takes what is typed at a time for one step", async () => {
  const { set, back } = open("/list");
  for (const name of ["A", "An", "Ann"]) await set({ ...NONE, name });
  vi.setSystemTime(Date.now() + 60_000);
  await set({ ...NONE, name: "Bob" });
  await back();
  expect(screen.getByText("Ann/")).toBeDefined();
  await back();
  expect(screen.getByText("/")).toBeDefined();
});

it("does not write over what somebody went back to", async () => {
  const { set, back } = open("/list");
  await set({ ...NONE, kind: "new" });
  await back();
  await set({ ...NONE, kind: "repeat" });
  await back();
  expect(screen.getByText("/")).toBeDefined();
});

it("adds no step for what is chosen already", async () => {
  const { router, set } = open("/list?kind=new");
  const { key } = router.state.location;
  await set({ ...NONE, kind: "new" });
  expect(router.state.location.key).toBe(key);
});

it("takes nonsense in an address for no filter", () => {
  const params = new URLSearchParams({ site: "x", from: "yesterday", kind: "often" });
  expect([idIn(params, "site"), dayIn(params, "from"), oneIn(params, "kind", ["new", "repeat"])]).toEqual(["", "", ""]);
  expect(isFiltered(NONE)).toBe(false);
  expect(isFiltered({ ...NONE, name: "Ann" })).toBe(true);
  expect(isBackward({ from: "2026-11-02", to: "2026-11-01" })).toBe(true);
  expect(isBackward({ from: "2026-11-02", to: "" })).toBe(false);
});
