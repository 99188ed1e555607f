import { expect, it } from "vitest";

import { visitOf } from "../../testing/shop";
import { KEPT_WHOLE, Tally } from "./tally";

const ids = (tally: Tally) => tally.entries().map(({ visitId }) => Number(visitId.slice(-6)));

it("keeps the newest first, whatever the order in which visits come, change and go", () => {
  const tally = new Tally();
  for (const number of [5, 1, 9, 3, 7]) tally.put(visitOf(number, number * 1000));
  expect(ids(tally)).toEqual([9, 7, 5, 3, 1]);
  tally.put(visitOf(3, 8_000));
  tally.remove(visitOf(9, 0).visitId);
  tally.remove("unknown");
  expect(ids(tally)).toEqual([3, 7, 5, 1]);
  expect(tally.has(visitOf(9, 0).visitId)).toBe(false);
});

it("orders visits of one moment by their id, so that a change moves none of them", () => {
  const tally = new Tally();
  for (const number of [2, 4, 3]) tally.put(visitOf(number, 1000));
  tally.put(visitOf(3, 1000));
  expect(ids(tally)).toEqual([4, 3, 2]);
});

it("keeps the newest whole and of the others what is counted", () => {
  const tally = new Tally();
  const total = KEPT_WHOLE + 50;
  for (let number = 1; number <= total; number += 1) tally.put(visitOf(number, number));
  const entries = tally.entries();
  expect(entries).toHaveLength(total);
  expect(entries.filter(({ visit }) => visit !== undefined)).toHaveLength(KEPT_WHOLE);
  expect(entries[0]?.visit).toBeDefined();
  expect(entries.at(-1)).toMatchObject({ visit: undefined, customerId: visitOf(1, 1).customerId });
});
