import { DoubleLeftOutlined, DoubleRightOutlined } from "@ant-design/icons";
import { useState } from "react";
import { NavLink } from "react-router";

import { useAccess, useSession } from "../api/hooks";
import { Account, initials } from "./Account";
import { Brand } from "./Brand";
import { navFor } from "./nav";
import { t } from "./texts";

const KEY = "footfall.sidebar";
const COLLAPSED = "collapsed";

/** The pages by group, where there is room beside them. Folded, it shows their icons alone. */
export function Sidebar() {
  const access = useAccess();
  const who = useSession();
  const [collapsed, setCollapsed] = useState(() => window.localStorage.getItem(KEY) === COLLAPSED);
  const collapse = (next: boolean) => {
    setCollapsed(next);
    if (next) window.localStorage.setItem(KEY, COLLAPSED);
    else window.localStorage.removeItem(KEY);
  };
  const fold = collapsed ? t("expand") : t("collapse");
  return (
    <aside
      className={`sticky top-0 hidden h-dvh shrink-0 flex-col border-r border-line bg-surface py-4 lg:flex ${collapsed ? "w-16 px-2" : "w-60 px-3"}`}
    >
      <div className={collapsed ? "flex justify-center" : ""}>
        <Brand small={collapsed} />
      </div>
      <nav aria-label={t("mainNav")} className="mt-5 min-h-0 flex-1 space-y-4 overflow-y-auto">
        {navFor(access).map(({ title, items }) => (
          <div key={title} role="group" aria-label={t(title)}>
            <p aria-hidden="true" className={collapsed ? "mx-3 mb-2 border-t border-line" : "mb-1 px-3 text-xs text-quiet"}>
              {!collapsed && t(title)}
            </p>
            {items.map(({ to, label, icon }) => (
              <NavLink
                key={to}
                to={to}
                title={collapsed ? t(label) : undefined}
                aria-label={t(label)}
                className={({ isActive }) =>
                  `flex h-9.5 items-center gap-3 rounded-lg px-3 font-medium no-underline ${collapsed ? "justify-center" : ""} ${
                    isActive ? "bg-tint text-tint-ink" : "text-quiet hover:bg-mute hover:text-ink"
                  }`
                }
              >
                <span aria-hidden="true">{icon}</span>
                {!collapsed && <span className="truncate">{t(label)}</span>}
              </NavLink>
            ))}
          </div>
        ))}
      </nav>
      <button
        type="button"
        title={fold}
        aria-label={fold}
        aria-expanded={!collapsed}
        className={`mb-2 flex h-9 cursor-pointer items-center rounded-lg border-0 bg-transparent px-3 text-quiet hover:bg-mute hover:text-ink ${collapsed ? "justify-center" : ""}`}
        onClick={() => {
          collapse(!collapsed);
        }}
      >
        {collapsed ? <DoubleRightOutlined aria-hidden="true" /> : <DoubleLeftOutlined aria-hidden="true" />}
      </button>
      {collapsed ? (
        <button
          type="button"
          title={who?.displayName}
          aria-label={t("account")}
          className="mx-auto grid size-9 cursor-pointer place-items-center rounded-full border-0 bg-tint text-sm font-semibold text-tint-ink"
          onClick={() => {
            collapse(false);
          }}
        >
          {initials(who?.displayName ?? "")}
        </button>
      ) : (
        <Account />
      )}
    </aside>
  );
}
