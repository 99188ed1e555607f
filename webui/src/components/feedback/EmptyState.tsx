import type { ReactNode } from "react";

/** What is said where nothing is, and what to do about it. */
export function EmptyState(props: { icon: ReactNode; title: string; hint: ReactNode; children?: ReactNode }) {
  const { icon, title, hint, children } = props;
  return (
    <div className="flex flex-col items-center rounded-2xl border border-dashed border-edge px-6 py-14 text-center">
      <span className="mb-3 grid size-12 place-items-center rounded-full bg-tint text-xl text-tint-ink" aria-hidden="true">
        {icon}
      </span>
      <p className="text-base font-medium">{title}</p>
      <p className="max-w-md text-quiet">{hint}</p>
      {children !== undefined && <div className="mt-4">{children}</div>}
    </div>
  );
}
