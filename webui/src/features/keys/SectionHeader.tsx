import type { ReactNode } from "react";

export function SectionHeader(props: { id: string; title: string; note: string; children: ReactNode }) {
  const { id, title, note, children } = props;
  return (
    <header className="flex flex-wrap items-end justify-between gap-3">
      <div className="min-w-0">
        <h2 id={id} className="text-base font-semibold">
          {title}
        </h2>
        <p className="max-w-prose text-quiet">{note}</p>
      </div>
      {children}
    </header>
  );
}
