import { timeOfDay } from "../../time/format";
import { type Beat, MOST_BEATS, unchangedSince } from "./beats";
import type { Tone } from "./conditions";
import { t } from "./texts";

const FILLS: Readonly<Record<Tone, string>> = {
  good: "fill-brand",
  busy: "fill-amber-ink",
  bad: "fill-danger",
  idle: "fill-mute-ink opacity-40",
};
const WIDTH = 4;
const GAP = 2;
const HEIGHT = 18;

/** How a machine was of late, a stroke for each look; broken ones are taller, too. Shows what this tab has seen. */
export function HeartbeatBar(props: { beats: readonly Beat[]; zone: string }) {
  const { beats, zone } = props;
  const since = unchangedSince(beats);
  const label = since ? t("beats", { word: since.word, time: timeOfDay(since.at, zone) }) : t("noBeats");
  const empty = MOST_BEATS - beats.length;
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${MOST_BEATS * (WIDTH + GAP)} ${HEIGHT}`}
      className="h-4.5 w-full max-w-60"
      preserveAspectRatio="xMaxYMid meet"
    >
      {Array.from({ length: MOST_BEATS }, (_, at) => {
        const beat = beats[at - empty];
        const height = beat?.tone === "bad" ? HEIGHT : HEIGHT - 6;
        return (
          <rect
            key={at}
            x={at * (WIDTH + GAP)}
            y={(HEIGHT - height) / 2}
            width={WIDTH}
            height={height}
            rx={2}
            className={beat ? FILLS[beat.tone] : "fill-mute"}
          >
            {beat && <title>{`${timeOfDay(beat.at, zone)} ${beat.word}`}</title>}
          </rect>
        );
      })}
    </svg>
  );
}
