import { currentLocale } from "../../i18n/active";
import type { Counters } from "./tally";
import { t } from "./texts";

export interface UncountedCounters {
  readonly staff: number;
  readonly unidentified: number;
  /** From when on they were counted, as a time of day. */
  readonly since: string;
}

/** Today in numbers: who is counted, and since the page listens who is not. */
export function CounterRow(props: {
  counters: Counters | undefined;
  uncounted: UncountedCounters | undefined;
  atLeast: boolean;
}) {
  const { counters, uncounted, atLeast } = props;
  const since = uncounted ? t("sinceTime", { time: uncounted.since }) : "";
  const tiles = [
    { id: "visits", label: t("visits"), value: counters?.visits, note: t("visitsNote") },
    { id: "visitors", label: t("visitors"), value: counters?.visitors, note: t("visitorsNote") },
    { id: "new", label: t("new"), value: counters?.fresh, note: t("newNote") },
    { id: "repeat", label: t("repeat"), value: counters?.repeat, note: t("repeatNote") },
  ];
  const apart = [
    { id: "staff", label: t("staff"), value: uncounted?.staff, note: since },
    { id: "unidentified", label: t("unidentified"), value: uncounted?.unidentified, note: since },
  ];
  return (
    <dl
      className="grid grid-cols-3 gap-px overflow-hidden rounded-2xl border border-line bg-line lg:grid-cols-6"
      aria-label={t("today")}
    >
      {tiles.map((tile) => (
        <Tile key={tile.id} {...tile} suffix={atLeast ? "+" : ""} />
      ))}
      {apart.map((tile) => (
        <Tile key={tile.id} {...tile} suffix="" />
      ))}
    </dl>
  );
}

function Tile(props: { id: string; label: string; value: number | undefined; note: string; suffix: string }) {
  const { id, label, value, note, suffix } = props;
  return (
    <div className="bg-surface px-3 py-2.5 sm:px-5 sm:py-3.5">
      <dt className="truncate text-xs text-quiet sm:text-sm">{label}</dt>
      <dd>
        <span className="text-2xl sm:text-3xl sm:leading-10 font-semibold tracking-tight tabular-nums" data-testid={`count-${id}`}>
          {value === undefined ? "–" : `${value.toLocaleString(currentLocale())}${suffix}`}
        </span>
        <span className="block min-h-4 text-xs text-quiet">{note}</span>
      </dd>
    </div>
  );
}
