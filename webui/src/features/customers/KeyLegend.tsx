import { useState } from "react";

import { t } from "./texts";

const KEY = "footfall.inboxKeys";

/** Whether single letters answer the inbox; remembered for the browser. */
export function useKeysOn(): [boolean, (on: boolean) => void] {
  const [on, setOn] = useState(() => window.localStorage.getItem(KEY) !== "off");
  return [
    on,
    (next) => {
      setOn(next);
      if (next) window.localStorage.removeItem(KEY);
      else window.localStorage.setItem(KEY, "off");
    },
  ];
}

/** Which letter does what, and the switch that turns them off. */
export function KeyLegend({ on, onChange }: { on: boolean; onChange: (on: boolean) => void }) {
  const keys = [
    ["Y", t("keys.y")],
    ["N", t("keys.n")],
    ["S", t("keys.s")],
    ["X", t("keys.x")],
    ["Z", t("keys.z")],
  ] as const;
  return (
    <div className="hidden flex-wrap items-center gap-x-4 gap-y-1 text-xs text-quiet md:flex">
      <label className="flex cursor-pointer items-center gap-2">
        <input
          type="checkbox"
          className="size-4 accent-brand"
          checked={on}
          onChange={(event) => {
            onChange(event.target.checked);
          }}
        />
        {t("keys.on")}
      </label>
      {on &&
        keys.map(([letter, words]) => (
          <span key={letter}>
            <kbd className="rounded border border-edge px-1">{letter}</kbd> {words}
          </span>
        ))}
    </div>
  );
}
