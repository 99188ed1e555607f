import { type ReactNode, useId } from "react";

/** One part of a staff member's page. */
export function Section(props: { title: string; note?: ReactNode; children: ReactNode }) {
  const { title, note, children } = props;
  const id = useId();
  return (
    <section aria-labelledby={id} className="space-y-4 rounded-2xl border border-line bg-surface p-5">
      <header>
        <h2 id={id} className="text-base font-semibold">
          {title}
        </h2>
        {note !== undefined && <p className="text-quiet">{note}</p>}
      </header>
      {children}
    </section>
  );
}
