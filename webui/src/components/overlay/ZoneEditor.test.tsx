import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useReducer } from "react";
import { expect, it } from "vitest";

import { ZoneEditor } from "./ZoneEditor";
import { beginEditing, edit } from "./zoneEditing";
import type { Zones } from "./zones";
import { ZoneToolbar } from "./ZoneToolbar";

const TRIANGLE = [
  { x: 0.1, y: 0.1 },
  { x: 0.5, y: 0.1 },
  { x: 0.3, y: 0.5 },
];

function open(zones: Zones = { masks: [TRIANGLE], line: undefined }) {
  let shown = zones;
  function Harness() {
    const [editing, dispatch] = useReducer(edit, beginEditing(zones));
    shown = editing.zones;
    return (
      <>
        <ZoneEditor editing={editing} dispatch={dispatch} width={1280} height={720}>
          <img alt="" />
        </ZoneEditor>
        <ZoneToolbar editing={editing} dispatch={dispatch} />
      </>
    );
  }
  render(<Harness />);
  return { user: userEvent.setup(), zones: () => shown };
}

it("moves a point by keys, farther with Shift, and takes the whole way back", async () => {
  const { user, zones } = open();
  const corner = screen.getByRole("button", { name: "Corner 2 of mask 1, 50 % from the left, 10 % from the top" });
  corner.focus();
  await user.keyboard("{ArrowRight}{Shift>}{ArrowDown}{/Shift}");
  expect(zones().masks[0]?.[1]).toEqual({ x: 0.505, y: 0.15000000000000002 });
  await user.keyboard("{Control>}zz{/Control}");
  expect(zones().masks[0]).toEqual(TRIANGLE);
});

it("draws without a pointer, and Escape ends it", async () => {
  const { user, zones } = open({ masks: [], line: undefined });
  await user.click(screen.getByRole("button", { name: "Draw a mask" }));
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Close shape" }).disabled).toBe(true);
  for (let corner = 0; corner < 4; corner += 1) await user.click(screen.getByRole("button", { name: "Add a point" }));
  await user.click(screen.getAllByRole("button", { name: "Close shape" }).at(-1)!);
  expect(zones().masks[0]).toHaveLength(4);
  expect(document.activeElement?.getAttribute("aria-label")).toMatch(/^Corner 1 of mask 1/);
  await user.keyboard("{Delete}");
  expect(zones().masks[0]).toHaveLength(3);
  await user.click(screen.getByRole("button", { name: "Draw the entry line" }));
  await user.click(screen.getByRole("button", { name: "Add a point" }));
  await user.click(screen.getByRole("button", { name: "Cancel" }));
  expect(zones().line).toBeUndefined();
});

it("deletes the mask whose point is chosen", async () => {
  const { user, zones } = open();
  screen.getByRole("button", { name: /^Corner 1 of mask 1/ }).focus();
  await user.click(await screen.findByRole("button", { name: "Delete mask 1" }));
  expect(zones().masks).toEqual([]);
});
