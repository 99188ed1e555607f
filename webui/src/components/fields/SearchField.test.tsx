import { act, fireEvent, render, screen } from "@testing-library/react";
import { createMemoryRouter, Link, RouterProvider, useSearchParams } from "react-router";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { SearchField } from "./SearchField";

function Page() {
  const [params, setParams] = useSearchParams();
  return (
    <>
      <SearchField
        label="Name"
        maxLength={20}
        value={params.get("name") ?? ""}
        onChange={(name) => {
          setParams({ name });
        }}
      />
      <Link to="/somebody">Ann</Link>
      <Link to="?kind=new">New ones</Link>
    </>
  );
}

function open() {
  let arrive: () => void = () => undefined;
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const router = createMemoryRouter(
    [
      { path: "/", element: <Page /> },
      {
        path: "/somebody",
        lazy: async () => {
          await arrived;
          return { Component: () => <h1>Ann</h1> };
        },
      },
    ],
    { initialEntries: ["/"] },
  );
  render(<RouterProvider router={router} />);
  return { router, arrive };
}

function type(typed: string) {
  fireEvent.change(screen.getByRole("searchbox", { name: "Name" }), { target: { value: typed } });
}

/** A page too busy to draw: what happens in here is drawn afterwards. */
async function busy(happens: () => void) {
  await act(async () => {
    happens();
  });
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});

afterEach(() => {
  vi.useRealTimers();
});

it("tells what was typed when the typing pauses", async () => {
  const { router } = open();
  type("an");
  await busy(() => vi.advanceTimersByTime(299));
  expect(router.state.location.search).toBe("");
  await busy(() => vi.advanceTimersByTime(1));
  expect(router.state.location.search).toBe("?name=an");
});

it("does not call somebody back who is on the way to another page, though that is not drawn yet", async () => {
  const { router, arrive } = open();
  type("an");
  await busy(() => {
    fireEvent.click(screen.getByRole("link", { name: "Ann" }));
    vi.advanceTimersByTime(900);
  });
  expect(router.state.navigation.location?.pathname).toBe("/somebody");
  await busy(arrive);
  expect(screen.getByRole("heading", { name: "Ann" })).toBeDefined();
  expect(router.state.location.search).toBe("");
});

it("still tells what was typed when the way led back to the same page", async () => {
  const { router } = open();
  type("an");
  await busy(() => {
    fireEvent.click(screen.getByRole("link", { name: "New ones" }));
    vi.advanceTimersByTime(300);
  });
  await busy(() => vi.advanceTimersByTime(300));
  expect(router.state.location.search).toBe("?name=an");
});
