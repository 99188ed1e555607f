import type { ReactNode } from "react";
import { Link, type To } from "react-router";

/** A link to a page that stands among buttons, and looks like one. */
export function LinkButton(props: { to: To; primary?: boolean; children: ReactNode }) {
  const { to, primary = false, children } = props;
  return (
    <Link
      to={to}
      className={`inline-flex h-9.5 items-center gap-2 rounded-lg border px-4 no-underline ${
        primary ? "border-brand bg-tint text-tint-ink" : "border-edge bg-surface text-ink hover:border-brand hover:text-brand"
      }`}
    >
      {children}
    </Link>
  );
}
