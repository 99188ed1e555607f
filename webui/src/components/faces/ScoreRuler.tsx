import { t } from "../texts";

/** A score that is pointed out on the ruler. */
export interface ScoreMark {
  readonly key: string;
  readonly label: string;
  /** Cosine similarity, -1 to 1. */
  readonly score: number;
  /** The one that is spoken of; the others only tell how near they came. */
  readonly main?: boolean;
}

const HEIGHT = 64;
const BAR = { y: 30, height: 12 };
/** Room for the words at both ends, in per cent of the width. */
const EDGE = 2;

/**
 * How alike two faces are, on the scale that it was decided by: below `fresh` it is nobody's, from `match` on
 * it is somebody's, and in between it is left open. Follows the width of its parent.
 */
export function ScoreRuler(props: {
  marks: readonly ScoreMark[];
  /** From here on a face is somebody's. */
  match: number;
  /** Below this it is nobody's. Undefined where there is only one threshold. */
  fresh?: number | undefined;
  /** What the ruler measures. */
  name: string;
}) {
  const { marks, match, fresh = match, name } = props;
  const low = Math.min(0, ...marks.map(({ score }) => score));
  const place = (score: number) => EDGE + ((score - low) / (1 - low)) * (100 - 2 * EDGE);
  const main = marks.find((mark) => mark.main) ?? marks[0];
  const sameFrom = t("sameFrom", { score: scoreText(match) });
  const newBelow = t("newBelow", { score: scoreText(fresh) });
  const spoken = [
    ...marks.map(({ label, score }) => `${label} ${scoreText(score)}`),
    sameFrom,
    ...(fresh === match ? [] : [newBelow]),
  ].join(", ");
  return (
    <svg role="img" aria-label={`${name}: ${spoken}`} width="100%" height={HEIGHT} className="overflow-visible text-xs">
      <Zone from={place(low)} to={place(fresh)} className="fill-mute" />
      <Zone from={place(fresh)} to={place(match)} className="fill-amber" />
      <Zone from={place(match)} to={place(1)} className="fill-tint" />
      {fresh !== match && <Threshold at={place(fresh)} text={newBelow} before />}
      <Threshold at={place(match)} text={sameFrom} />
      {marks.map((mark) => (
        <rect
          key={mark.key}
          x={percent(place(mark.score))}
          y={mark === main ? BAR.y - 4 : BAR.y}
          width={mark === main ? 3 : 2}
          height={mark === main ? BAR.height + 8 : BAR.height}
          className={mark === main ? "fill-brand" : "fill-quiet"}
          transform="translate(-1)"
        />
      ))}
      {main && (
        <text x={percent(place(main.score))} y={BAR.y - 10} textAnchor={anchor(place(main.score))} className="fill-ink text-sm font-semibold">
          {scoreText(main.score)}
        </text>
      )}
    </svg>
  );
}

/** A score as people read it. */
export function scoreText(score: number): string {
  return score.toFixed(2);
}

function Zone({ from, to, className }: { from: number; to: number; className: string }) {
  return <rect x={percent(from)} y={BAR.y} width={percent(Math.max(0, to - from))} height={BAR.height} className={className} />;
}

function Threshold({ at, text, before = false }: { at: number; text: string; before?: boolean }) {
  return (
    <>
      <line x1={percent(at)} x2={percent(at)} y1={BAR.y - 2} y2={BAR.y + BAR.height + 6} className="stroke-ink" strokeDasharray="2 2" />
      <text x={percent(at)} dx={before ? 4 : -4} y={HEIGHT - 4} textAnchor={before ? "end" : "start"} className="fill-quiet">
        {text}
      </text>
    </>
  );
}

/** Words at an end of the ruler grow inwards. */
function anchor(place: number): "start" | "middle" | "end" {
  if (place < 8) return "start";
  return place > 92 ? "end" : "middle";
}

function percent(value: number): string {
  return `${value.toFixed(2)}%`;
}
