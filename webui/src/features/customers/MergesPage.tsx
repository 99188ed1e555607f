import { NavLink, Outlet } from "react-router";

import { PageHeader } from "../../components/PageHeader";
import { t } from "./texts";

/** Who is who: the questions that are open, and what was answered. */
export function MergesPage() {
  const tabs = [
    { to: "/customers/merges", label: t("merges.inbox") },
    { to: "/customers/merges/done", label: t("merges.done") },
  ];
  return (
    <div className="space-y-5">
      <PageHeader title={t("merges.title")} note={t("merges.note")} />
      <nav aria-label={t("merges.title")} className="flex gap-1 border-b border-line">
        {tabs.map(({ to, label }) => (
          <NavLink
            key={to}
            to={to}
            end
            className={({ isActive }) =>
              `-mb-px border-b-2 px-3 py-2 font-medium no-underline ${isActive ? "border-brand text-brand" : "border-transparent text-quiet hover:text-ink"}`
            }
          >
            {label}
          </NavLink>
        ))}
      </nav>
      <Outlet />
    </div>
  );
}
