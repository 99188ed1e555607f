import { expect, it } from "vitest";

import { countTurns, turnOf, turnRatio, wantedTurn } from "./pose";

const face = (noseX: number) => [
  { x: 40, y: 50 },
  { x: 80, y: 50 },
  { x: noseX, y: 75 },
  { x: 45, y: 95 },
  { x: 75, y: 95 },
];

/** The same face with the head tilted: every point turned about the middle of the eyes. */
function tilted(landmarks: readonly { x: number; y: number }[], degrees: number) {
  const angle = (degrees * Math.PI) / 180;
  return landmarks.map(({ x, y }) => ({
    x: 60 + (x - 60) * Math.cos(angle) - (y - 50) * Math.sin(angle),
    y: 50 + (x - 60) * Math.sin(angle) + (y - 50) * Math.cos(angle),
  }));
}

it("tells where a face looks, as the picture shows it", () => {
  expect(turnOf(face(60))).toBe("front");
  expect(turnOf(face(50))).toBe("left");
  expect(turnOf(face(70))).toBe("right");
});

it("does not take a tilted head for a turned one", () => {
  for (const degrees of [-40, 25, 90]) expect(turnRatio(tilted(face(60), degrees))).toBeCloseTo(0);
  expect(turnOf(tilted(face(70), 30))).toBe("right");
});

it("says nothing without five points, or when the eyes are one", () => {
  expect(turnOf([])).toBeUndefined();
  expect(turnOf(face(60).slice(0, 3))).toBeUndefined();
  expect(turnOf(face(60).map(() => ({ x: 1, y: 1 })))).toBeUndefined();
});

it("asks for the front first, then for each side, then for nothing", () => {
  expect(wantedTurn(countTurns([]))).toBe("front");
  expect(wantedTurn(countTurns([face(60), []]))).toBe("left");
  expect(wantedTurn(countTurns([face(60), face(45)]))).toBe("right");
  expect(wantedTurn(countTurns([face(60), face(45), face(75)]))).toBeUndefined();
});
