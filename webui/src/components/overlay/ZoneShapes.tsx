import { middle, type Point, type Zones } from "./zones";

/** How long the arrow is that shows the inside, and its head, as shares of the picture's height. */
const ARROW = 0.12;
const HEAD = 0.03;

/**
 * Masks and entry line as shapes of an SVG whose user units are the picture's pixels. The arrow points to the
 * inside: it stands on the left of the line from start to end.
 */
export function ZoneShapes(props: { zones: Zones; width: number; height: number }) {
  const { zones, width, height } = props;
  const at = ({ x, y }: Point) => `${x * width},${y * height}`;
  return (
    <g>
      {zones.masks.map((mask, index) => (
        <polygon
          key={index}
          points={mask.map(at).join(" ")}
          className="fill-black/45 stroke-white"
          strokeWidth={2}
          strokeDasharray="6 4"
          vectorEffect="non-scaling-stroke"
        />
      ))}
      {zones.line && <EntryLine start={zones.line.start} end={zones.line.end} width={width} height={height} />}
    </g>
  );
}

function EntryLine(props: { start: Point; end: Point; width: number; height: number }) {
  const { start, end, width, height } = props;
  const from = { x: start.x * width, y: start.y * height };
  const to = { x: end.x * width, y: end.y * height };
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  // To the left of the way from start to end, in a picture whose y grows downwards.
  const inward = { x: (to.y - from.y) / length, y: -(to.x - from.x) / length };
  const along = { x: (to.x - from.x) / length, y: (to.y - from.y) / length };
  const foot = middle(from, to);
  const tip = { x: foot.x + inward.x * ARROW * height, y: foot.y + inward.y * ARROW * height };
  const barb = (side: number) => ({
    x: tip.x - inward.x * HEAD * height + side * along.x * HEAD * height,
    y: tip.y - inward.y * HEAD * height + side * along.y * HEAD * height,
  });
  const d = (...points: Point[]) => `M${points.map(({ x, y }) => `${x} ${y}`).join("L")}`;
  const paths = [d(from, to), d(foot, tip), d(barb(-1), tip, barb(1))];
  return (
    <g fill="none" strokeLinecap="round" strokeLinejoin="round" data-testid="entry-line">
      {/* A dark edge below, so that the line is seen on any picture. */}
      {[
        { look: "stroke-black/70", strokeWidth: 5 },
        { look: "stroke-[#5eead4]", strokeWidth: 3 },
      ].map(({ look, strokeWidth }) =>
        paths.map((path) => (
          <path key={look + path} d={path} className={look} strokeWidth={strokeWidth} vectorEffect="non-scaling-stroke" />
        )),
      )}
    </g>
  );
}
