import type { Condition, Tone } from "./conditions";

/** How something was found at one moment. */
export interface Beat {
  readonly at: number;
  readonly tone: Tone;
  readonly word: string;
}

/** What was seen in this tab of a number of machines, by their ids. */
export type Beats = ReadonlyMap<string, readonly Beat[]>;

/** Of more there would be nothing to see in the bar. */
export const MOST_BEATS = 40;
/** Two looks that say the same in less than this are one beat. */
export const BEAT_MS = 10_000;

/** The history after one more look. A change is a beat of its own, however soon it comes. */
export function withLook(beats: Beats, look: ReadonlyMap<string, Condition>, at: number): Beats {
  const next = new Map<string, readonly Beat[]>();
  for (const [id, { tone, word }] of look) {
    const known = beats.get(id) ?? [];
    const last = known.at(-1);
    const isNew = last?.word !== word || at - last.at >= BEAT_MS;
    next.set(id, isNew ? [...known, { at, tone, word }].slice(-MOST_BEATS) : known);
  }
  return next;
}

/** Since when it is as it is, as far as this tab has seen; undefined for what was never seen. */
export function unchangedSince(beats: readonly Beat[]): Beat | undefined {
  const last = beats.at(-1);
  if (!last) return undefined;
  const before = beats.findLastIndex(({ word }) => word !== last.word);
  return beats[before + 1];
}
