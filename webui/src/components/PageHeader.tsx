import type { ReactNode } from "react";

/** The title of a page, one quiet line below it, and what can be done on its right. */
export function PageHeader(props: { title: string; note?: ReactNode; children?: ReactNode }) {
  const { title, note, children } = props;
  return (
    <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <title>{`${title} · Footfall`}</title>
      <div className="min-w-0">
        <h1 className="text-[22px] leading-8 font-semibold tracking-tight">{title}</h1>
        {note !== undefined && <p className="text-quiet">{note}</p>}
      </div>
      {children !== undefined && <div className="flex flex-wrap items-center gap-3">{children}</div>}
    </header>
  );
}
