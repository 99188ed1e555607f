import type { ReactNode } from "react";

/** A labelled input with one line of help and what is wrong with it. */
export function FormField(props: {
  id: string;
  label: string;
  hint?: ReactNode;
  fault?: string | undefined;
  children: ReactNode;
}) {
  const { id, label, hint, fault, children } = props;
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium">
        {label}
      </label>
      {children}
      <div id={`${id}-note`}>
        {fault !== undefined && <p className="mt-1 text-rose-ink">{fault}</p>}
        {fault === undefined && hint !== undefined && <p className="mt-1 text-xs text-quiet">{hint}</p>}
      </div>
    </div>
  );
}
