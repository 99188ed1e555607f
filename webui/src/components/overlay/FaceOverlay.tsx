/** A face on a picture, in the picture's pixels. */
export interface FaceBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Fit to be recognised. */
  readonly good: boolean;
  /** In a word or two, beside the box. */
  readonly label: string;
}

/** Text that is as large on a phone's picture as on a wide one would need the size on the screen; this is near enough. */
const TEXT = 0.045;

/** Boxes around faces: a full line where the face can be recognised, a broken one where not; never by colour alone. */
export function FaceOverlay(props: { faces: readonly FaceBox[]; width: number; height: number }) {
  const { faces, width, height } = props;
  const size = TEXT * height;
  return (
    <g data-testid="face-overlay">
      {faces.map((face, at) => {
        const below = face.y < size * 1.4;
        const y = below ? face.y + face.height + size : face.y - size * 0.35;
        return (
          <g key={at} data-good={face.good}>
            <rect
              x={face.x}
              y={face.y}
              width={face.width}
              height={face.height}
              rx={size / 4}
              fill="none"
              className={face.good ? "stroke-[#5eead4]" : "stroke-[#fbbf24]"}
              strokeWidth={2.5}
              strokeDasharray={face.good ? undefined : "7 5"}
              vectorEffect="non-scaling-stroke"
            />
            <text
              x={Math.min(Math.max(0, face.x), Math.max(0, width - size * 5))}
              y={y}
              fontSize={size}
              className="fill-white stroke-black/80 font-semibold"
              strokeWidth={size / 6}
              paintOrder="stroke"
            >
              {face.label}
            </text>
          </g>
        );
      })}
    </g>
  );
}
