/** A position in a picture of any size: (0, 0) is the upper left corner, (1, 1) the lower right. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** An area in which no face is looked at; its last corner joins its first. */
export type Mask = readonly Point[];

/** Who looks along it from start to end has the inside on the left. */
export interface Line {
  readonly start: Point;
  readonly end: Point;
}

export interface Zones {
  readonly masks: readonly Mask[];
  readonly line: Line | undefined;
}

export const FEWEST_CORNERS = 3;
export const MOST_CORNERS = 32;
export const MOST_MASKS = 16;
/** Shorter lines and smaller areas are slips of the hand. Shares of the picture. */
const SHORTEST_LINE = 0.02;
const SMALLEST_AREA = 0.0004;

export type ZoneFault =
  | { readonly kind: "few-corners" | "crosses-itself" | "too-small"; readonly mask: number }
  | { readonly kind: "line-too-short" };

/** What cannot be saved; the server checks less than this. */
export function zoneFaults({ masks, line }: Zones): readonly ZoneFault[] {
  const faults = masks.flatMap((mask, at): ZoneFault[] => {
    if (mask.length < FEWEST_CORNERS) return [{ kind: "few-corners", mask: at }];
    if (crossesItself(mask)) return [{ kind: "crosses-itself", mask: at }];
    if (areaOf(mask) < SMALLEST_AREA) return [{ kind: "too-small", mask: at }];
    return [];
  });
  if (line && distance(line.start, line.end) < SHORTEST_LINE) faults.push({ kind: "line-too-short" });
  return faults;
}

/** Whether two sides of the polygon that are not neighbours touch. */
export function crossesItself(corners: Mask): boolean {
  const sides = corners.map((from, at): [Point, Point] => [from, next(corners, at)]);
  return sides.some(([a, b], first) =>
    sides.some(([c, d], second) => {
      const apart = Math.abs(first - second);
      if (apart < 2 || apart === sides.length - 1) return false;
      return segmentsMeet(a, b, c, d);
    }),
  );
}

function next(corners: Mask, at: number): Point {
  return corners[(at + 1) % corners.length] ?? { x: 0, y: 0 };
}

function segmentsMeet(a: Point, b: Point, c: Point, d: Point): boolean {
  const [abc, abd, cda, cdb] = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)];
  if (abc !== abd && cda !== cdb) return true;
  return (
    (abc === 0 && liesBetween(a, c, b)) ||
    (abd === 0 && liesBetween(a, d, b)) ||
    (cda === 0 && liesBetween(c, a, d)) ||
    (cdb === 0 && liesBetween(c, b, d))
  );
}

/** Which way one turns at b on the way from a to c: -1, 0 (straight on) or 1. */
function turn(a: Point, b: Point, c: Point): number {
  const cross = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
  return Math.abs(cross) < 1e-12 ? 0 : Math.sign(cross);
}

/** Whether a point that lies on the line through a and b lies between them. */
function liesBetween(a: Point, point: Point, b: Point): boolean {
  return (
    Math.min(a.x, b.x) <= point.x &&
    point.x <= Math.max(a.x, b.x) &&
    Math.min(a.y, b.y) <= point.y &&
    point.y <= Math.max(a.y, b.y)
  );
}

function areaOf(corners: Mask): number {
  const twice = corners.reduce((sum, from, at) => {
    const to = next(corners, at);
    return sum + from.x * to.y - to.x * from.y;
  }, 0);
  return Math.abs(twice) / 2;
}

export function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

export function middle(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

/** The nearest position inside the picture. */
export function inside({ x, y }: Point): Point {
  return { x: Math.min(1, Math.max(0, x)), y: Math.min(1, Math.max(0, y)) };
}

export function isSame(a: Zones, b: Zones): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
