import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { paced } from "./pace";

/** A picture of a screen of 60 Hz, as the fake timers draw it. */
const PICTURE_MS = 16;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("draws the first change with the next picture, and those that follow no oftener than the pace", () => {
  const schedule = paced(250);
  const drawn = vi.fn();
  schedule(drawn);
  expect(drawn).not.toHaveBeenCalled();
  vi.advanceTimersByTime(PICTURE_MS);
  expect(drawn).toHaveBeenCalledTimes(1);
  schedule(drawn);
  vi.advanceTimersByTime(249);
  expect(drawn).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(2 * PICTURE_MS);
  expect(drawn).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(10_000);
  schedule(drawn);
  vi.advanceTimersByTime(PICTURE_MS);
  expect(drawn, "nothing came for a while").toHaveBeenCalledTimes(3);
});

it("takes back what was not drawn yet, whether it waits for its time or for the picture", () => {
  const schedule = paced(250);
  const drawn = vi.fn();
  schedule(drawn)();
  vi.advanceTimersByTime(1000);
  schedule(vi.fn());
  vi.advanceTimersByTime(PICTURE_MS);
  schedule(drawn)();
  vi.advanceTimersByTime(1000);
  expect(drawn).not.toHaveBeenCalled();
});
