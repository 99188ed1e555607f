import type { Counters } from "./today";

/** Today in four numbers. */
export function CounterRow(props: { counters: Counters | undefined; atLeast: boolean }) {
  const { counters, atLeast } = props;
  const tiles = [
    { key: "visits", label: "Visits", value: counters?.visits, note: "today" },
    { key: "visitors", label: "Visitors", value: counters?.visitors, note: "different people" },
    { key: "new", label: "New", value: counters?.fresh, note: "first visits" },
    { key: "repeat", label: "Repeat", value: counters?.repeat, note: "came back" },
  ];
  return (
    <dl className="grid grid-cols-2 overflow-hidden rounded-2xl border border-line bg-surface sm:grid-cols-4" aria-label="Today">
      {tiles.map(({ key, label, value, note }, at) => (
        <div
          key={key}
          className={`px-5 py-4 ${at % 2 === 1 ? "border-l border-line" : ""} ${at === 2 ? "sm:border-l" : ""} ${at > 1 ? "border-t border-line sm:border-t-0" : ""}`}
        >
          <dt className="text-quiet">{label}</dt>
          <dd >
            <span className="text-3xl leading-10 font-semibold tracking-tight tabular-nums" data-testid={`count-${key}`}>
              {value === undefined ? "–" : `${value.toLocaleString("en-GB")}${atLeast ? "+" : ""}`}
            </span>
            <span className="block text-xs text-quiet">{note}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
