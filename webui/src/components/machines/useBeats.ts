import { useState } from "react";

import { type Beats, withLook } from "./beats";
import type { Condition } from "./conditions";

/** Keeps what is seen of the machines while the page is shown. `at`: when the look was taken. */
export function useBeats(look: ReadonlyMap<string, Condition>, at: number): Beats {
  const [history, setHistory] = useState<{ readonly at: number; readonly beats: Beats }>({ at: 0, beats: new Map() });
  if (at <= history.at) return history.beats;
  const next = { at, beats: withLook(history.beats, look, at) };
  setHistory(next);
  return next.beats;
}
