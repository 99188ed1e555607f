/** A point in pixels of the picture. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where a face looks, as seen by who looks at the picture. */
export type Turn = "left" | "front" | "right";

/** Beyond this share of the distance between the eyes the nose is out of the middle: about 15 degrees. */
const TURNED = 0.14;

/**
 * How far a face is turned, from its five landmarks (eye, eye, nose, mouth corner, mouth corner; the eye on the
 * left of the picture first): the nose's distance from the middle of the eyes, as a share of the distance between them. Negative is to
 * the left of the picture. Undefined when there are no five points.
 */
export function turnRatio(landmarks: readonly Point[]): number | undefined {
  const [first, second, nose] = landmarks;
  if (landmarks.length !== 5 || !first || !second || !nose) return undefined;
  const across = { x: second.x - first.x, y: second.y - first.y };
  const length = Math.hypot(across.x, across.y);
  if (length === 0) return undefined;
  const middle = { x: (first.x + second.x) / 2, y: (first.y + second.y) / 2 };
  // Along the line of the eyes, so that a tilted head is not taken for a turned one.
  return ((nose.x - middle.x) * across.x + (nose.y - middle.y) * across.y) / (length * length);
}

export function turnOf(landmarks: readonly Point[]): Turn | undefined {
  const ratio = turnRatio(landmarks);
  if (ratio === undefined) return undefined;
  if (ratio < -TURNED) return "left";
  return ratio > TURNED ? "right" : "front";
}

/** How many faces look which way. */
export type Turns = Readonly<Record<Turn, number>>;

export function countTurns(faces: readonly (readonly Point[])[]): Turns {
  const counts = { left: 0, front: 0, right: 0 };
  for (const landmarks of faces) {
    const turn = turnOf(landmarks);
    if (turn) counts[turn] += 1;
  }
  return counts;
}

/** Which kind of picture would help most; undefined when all are there. The front is what a door camera sees. */
export function wantedTurn(turns: Turns): Turn | undefined {
  if (turns.front === 0) return "front";
  if (turns.left === 0) return "left";
  return turns.right === 0 ? "right" : undefined;
}
