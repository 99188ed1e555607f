import type { ComponentProps } from "react";

/** One day, as "YYYY-MM-DD"; "" is none. The browser's own calendar. */
export function DayInput(props: Omit<ComponentProps<"input">, "type" | "className">) {
  return (
    <input {...props} type="date" className="h-9.5 w-full rounded-lg border border-edge bg-surface px-3 text-ink hover:border-brand" />
  );
}
