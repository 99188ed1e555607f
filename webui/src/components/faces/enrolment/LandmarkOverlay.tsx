import type { Point } from "./pose";

/**
 * The box and the five landmarks of a face, drawn over its picture in the picture's own pixels. The picture has to
 * fill the parent without being cut.
 */
export function LandmarkOverlay(props: {
  label: string;
  width: number;
  height: number;
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number } | undefined;
  landmarks: readonly Point[];
}) {
  const { label, width, height, box, landmarks } = props;
  const radius = Math.max(width, height) / 90;
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="xMidYMid meet"
      className="pointer-events-none absolute inset-0 size-full"
    >
      {box && (
        <rect
          x={box.x}
          y={box.y}
          width={box.width}
          height={box.height}
          rx={radius * 2}
          vectorEffect="non-scaling-stroke"
          className="fill-none stroke-[#5eead4] [stroke-width:2px]"
        />
      )}
      {landmarks.map(({ x, y }, at) => (
        // The order is the order of the landmarks; it never changes.
        <circle key={at} cx={x} cy={y} r={radius} vectorEffect="non-scaling-stroke" className="fill-[#5eead4] stroke-black/70 [stroke-width:1px]" />
      ))}
    </svg>
  );
}
