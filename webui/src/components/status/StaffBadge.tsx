/** Says that somebody works here, so is not counted. */
export function StaffBadge({ label }: { label: string }) {
  return (
    <span className="inline-flex items-center rounded-full bg-amber px-2 py-0.5 text-xs leading-4 font-medium text-amber-ink">{label}</span>
  );
}
