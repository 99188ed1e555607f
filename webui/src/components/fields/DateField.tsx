/** One day, as "YYYY-MM-DD"; "" is none. */
export function DateField(props: { label: string; value: string; onChange: (value: string) => void }) {
  const { label, value, onChange } = props;
  return (
    <label className="flex flex-col text-quiet sm:flex-row sm:items-center sm:gap-2">
      {label}
      <input
        type="date"
        value={value}
        onChange={(event) => {
          onChange(event.target.value);
        }}
        className="h-9.5 w-full rounded-lg border border-edge bg-surface px-3 text-ink hover:border-brand"
      />
    </label>
  );
}
