import { describe, expect, it } from "vitest";

import { beginEditing, canClose, edit, type Handle, type ZoneAction, type ZoneEditing } from "./zoneEditing";
import { crossesItself, type Point, zoneFaults, type Zones } from "./zones";

const point = (x: number, y: number): Point => ({ x, y });
const SQUARE = [point(0.1, 0.1), point(0.4, 0.1), point(0.4, 0.4), point(0.1, 0.4)];
const NOTHING: Zones = { masks: [], line: undefined };
const CORNER: Handle = { of: "mask", mask: 0, corner: 1 };

function after(state: ZoneEditing, ...actions: ZoneAction[]): ZoneEditing {
  return actions.reduce(edit, state);
}

describe("what cannot be saved", () => {
  it("takes a shape that is one", () => {
    expect(zoneFaults({ masks: [SQUARE], line: { start: point(0, 0.5), end: point(1, 0.5) } })).toEqual([]);
  });

  it.each([
    ["a bow tie", [point(0, 0), point(1, 1), point(1, 0), point(0, 1)], true],
    ["a corner that lies on another side", [point(0, 0), point(1, 0), point(0.5, 1), point(0.5, 0)], true],
    ["a side that runs back over another", [point(0, 0), point(1, 0), point(1, 1), point(1, 0.2), point(1, 0.8)], true],
    ["a triangle", [point(0, 0), point(1, 0), point(0.5, 1)], false],
    ["a shape with a dent", [point(0, 0), point(1, 0), point(1, 1), point(0.5, 0.5), point(0, 1)], false],
  ])("%s", (_, corners, crosses) => {
    expect(crossesItself(corners)).toBe(crosses);
  });

  it("names the mask, and a line without a length", () => {
    const zones = {
      masks: [SQUARE, SQUARE.slice(0, 2), [point(0, 0), point(0.5, 0), point(1, 0)], [point(0, 0), point(1, 1), point(1, 0), point(0, 1)]],
      line: { start: point(0.5, 0.5), end: point(0.505, 0.5) },
    };
    expect(zoneFaults(zones)).toEqual([
      { kind: "few-corners", mask: 1 },
      { kind: "too-small", mask: 2 },
      { kind: "crosses-itself", mask: 3 },
      { kind: "line-too-short" },
    ]);
  });
});

describe("editing", () => {
  it("draws a mask, closes it, and takes it back in one step", () => {
    const drawn = after(beginEditing(NOTHING), { type: "draw", of: "mask" }, ...SQUARE.map((each) => ({ type: "add-point", point: each }) as const));
    expect(drawn.zones, "nothing is a shape before it is closed").toEqual(NOTHING);
    expect(canClose(drawn.draft)).toBe(true);
    const closed = edit(drawn, { type: "close" });
    expect(closed.zones.masks).toEqual([SQUARE]);
    const undone = edit(closed, { type: "undo" });
    expect(undone.zones).toEqual(NOTHING);
    expect(edit(undone, { type: "redo" }).zones).toEqual(closed.zones);
  });

  it("does not close two corners, and undo takes the points of a draft one by one", () => {
    const drawn = after(
      beginEditing(NOTHING),
      { type: "draw", of: "mask" },
      { type: "add-point", point: point(0.1, 0.1) },
      { type: "add-point", point: point(0.2, 0.1) },
      { type: "close" },
    );
    expect(drawn.draft?.points).toHaveLength(2);
    expect(after(drawn, { type: "undo" }, { type: "undo" }).draft?.points).toEqual([]);
    expect(edit(drawn, { type: "cancel" }).draft).toBeUndefined();
  });

  it("ends the line with its second point, and swaps in and out", () => {
    const line = { start: point(0, 0.5), end: point(1, 0.5) };
    const drawn = after(
      beginEditing(NOTHING),
      { type: "draw", of: "line" },
      { type: "add-point", point: line.start },
      { type: "add-point", point: point(3, 0.5) },
    );
    expect(drawn.zones.line, "what is outside the picture is moved to its edge").toEqual(line);
    expect(edit(drawn, { type: "turn-line" }).zones.line).toEqual({ start: line.end, end: line.start });
  });

  it("counts a whole drag as one step", () => {
    const begun = beginEditing({ masks: [SQUARE], line: undefined });
    const dragged = after(
      begun,
      { type: "move", handle: CORNER, to: point(0.5, 0.1) },
      { type: "move", handle: CORNER, to: point(0.6, -1) },
      { type: "settle" },
    );
    expect(dragged.zones.masks[0]?.[1]).toEqual(point(0.6, 0));
    expect(edit(dragged, { type: "undo" }).zones).toEqual(begun.zones);
    const again = after(dragged, { type: "move", handle: CORNER, to: point(0.7, 0) }, { type: "settle" }, { type: "undo" });
    expect(again.zones).toEqual(dragged.zones);
  });

  it("removes corners down to three, then the mask", () => {
    let state = beginEditing({ masks: [SQUARE], line: undefined });
    state = edit(state, { type: "delete-point", handle: CORNER });
    expect(state.zones.masks[0]).toHaveLength(3);
    expect(edit(state, { type: "delete-point", handle: CORNER }).zones.masks).toEqual([]);
    const more = edit(state, { type: "split", mask: 0, after: 2 });
    expect(more.zones.masks[0]?.[3], "half way to the first corner again").toEqual(point(0.1, 0.25));
  });

  it("has room for 16 masks", () => {
    const full = beginEditing({ masks: Array.from({ length: 16 }, () => SQUARE), line: undefined });
    expect(edit(full, { type: "draw", of: "mask" })).toBe(full);
  });
});
