import type { VisitorCounts } from "../../api/gen/footfall/v1/report_service_pb";
import { change, count, uniqueRange, visitsRange } from "./labels";
import { t } from "./texts";

/** The numbers of a period, side by side: none of them stands for the others. */
export function NumberTiles(props: { total: VisitorCounts; before: VisitorCounts | undefined }) {
  const { total, before } = props;
  const tiles = [
    {
      key: "visits",
      label: t("visits"),
      value: total.visits,
      before: before?.visits,
      range: visitsRange(total),
      note: t("visitsNote", { fresh: count(total.newVisits), repeat: count(total.repeatVisits) }),
    },
    {
      key: "unique",
      label: t("unique"),
      value: total.uniqueVisitors,
      before: before?.uniqueVisitors,
      range: uniqueRange(total),
      note: t("uniqueNote"),
    },
    { key: "staff", label: t("staff"), value: total.staffSightings, before: before?.staffSightings, range: "", note: t("staffNote") },
    {
      key: "unidentifiable",
      label: t("unidentifiable"),
      value: total.unidentifiableSightings,
      before: before?.unidentifiableSightings,
      range: "",
      note: t("unidentifiableNote"),
    },
  ];
  return (
    <dl
      className="grid grid-cols-1 gap-px overflow-hidden rounded-2xl border border-line bg-line min-[480px]:grid-cols-2 lg:grid-cols-4"
      aria-label={t("numbers")}
    >
      {tiles.map(({ key, label, value, before: earlier, range, note }) => (
        <div key={key} className="bg-surface px-5 py-4">
          <dt className="text-quiet">{label}</dt>
          <dd>
            <span className="text-3xl leading-10 font-semibold tracking-tight tabular-nums" data-testid={`number-${key}`}>
              {count(value)}
            </span>
            {earlier !== undefined && (
              <span className="ml-2 text-[13px] whitespace-nowrap text-quiet" data-testid={`before-${key}`}>
                {earlier === 0n
                  ? t("beforeOnly", { value: count(earlier) })
                  : t("before", { change: change(value, earlier), value: count(earlier) })}
              </span>
            )}
            {range !== "" && (
              <span className="block text-[13px] text-quiet tabular-nums" data-testid={`range-${key}`}>
                {t("within", { range })}
              </span>
            )}
            <span className="block text-xs text-quiet">{note}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
