export interface TipLine {
  readonly key: string;
  readonly label: string;
  readonly value: string;
  readonly colour: string;
}

/** What is told of the place below the mouse. */
export function ChartTip(props: { title: string; lines: readonly TipLine[]; note?: string | undefined }) {
  const { title, lines, note } = props;
  return (
    <div className="max-w-64 rounded-lg border border-line bg-raised px-3 py-2 text-xs text-ink shadow-md">
      <p className="font-medium">{title}</p>
      <ul className="list-none p-0">
        {lines.map(({ key, label, value, colour }) => (
          <li key={key} className="flex items-center gap-2">
            <span className="size-2 shrink-0 rounded-full" style={{ background: colour }} />
            <span className="flex-1 text-quiet">{label}</span>
            <span className="tabular-nums">{value}</span>
          </li>
        ))}
      </ul>
      {note !== undefined && <p className="text-quiet">{note}</p>}
    </div>
  );
}
