/** How good a face picture is, 0..1, as a bar and a number. */
export function QualityBar(props: { label: string; value: number; good: boolean }) {
  const { label, value, good } = props;
  const percent = Math.round(Math.min(1, Math.max(0, value)) * 100);
  return (
    <div className="flex items-center gap-2 text-xs">
      <meter className="sr-only" aria-label={label} min={0} max={100} value={percent} />
      <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" className="h-1.5 min-w-0 flex-1 overflow-hidden rounded-full">
        <rect width="100" height="6" className="fill-mute" />
        <rect width={percent} height="6" className={good ? "fill-brand" : "fill-amber-ink"} />
      </svg>
      <span aria-hidden="true" className="w-8 text-right text-quiet tabular-nums">
        {percent} %
      </span>
    </div>
  );
}
