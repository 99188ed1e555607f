/** How far something is, 0..1, as a bar; `label` says of what. Undefined: it is under way, and nobody knows how far. */
export function ProgressBar(props: { label: string; value: number | undefined; quiet?: boolean }) {
  const { label, value, quiet = false } = props;
  const percent = value === undefined ? undefined : Math.min(1, Math.max(0, value)) * 100;
  return (
    <div>
      <progress className="sr-only" aria-label={label} max={100} {...(percent === undefined ? {} : { value: Math.floor(percent) })} />
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" className="block h-2 w-full overflow-hidden rounded-full">
        <rect width="100" height="8" className="fill-mute" />
        <rect
          width={percent ?? 100}
          height="8"
          className={`transition-[width] duration-300 ${quiet ? "fill-edge" : "fill-brand"} ${percent === undefined ? "animate-pulse" : ""}`}
        />
      </svg>
    </div>
  );
}
