import { MoreOutlined } from "@ant-design/icons";
import { type ReactNode, useState } from "react";
import { NavLink, useLocation } from "react-router";

import { useAccess } from "../api/hooks";
import { Sheet } from "../components/overlay/Sheet";
import { navFor } from "./nav";
import { t } from "./texts";

/** As many as a thumb can tell apart at 360 px, and "More". */
const SLOTS = 4;
const SLOT = "flex h-16 min-w-0 flex-1 flex-col items-center justify-center gap-0.5 text-xs font-medium no-underline";

/** The pages on a phone: the first ones in a bar at the bottom, all others behind "More". */
export function PhoneBar() {
  const access = useAccess();
  const { pathname } = useLocation();
  const [open, setOpen] = useState(false);
  const groups = navFor(access);
  const items = groups.flatMap((group) => group.items);
  // Five fit where none is "More".
  const inBar = items.length <= SLOTS + 1 ? items : items.slice(0, SLOTS);
  const behind = groups
    .map((group) => ({ ...group, items: group.items.filter((item) => !inBar.includes(item)) }))
    .filter((group) => group.items.length > 0);
  const isBehind = behind.some((group) => group.items.some(({ to }) => pathname === to || pathname.startsWith(`${to}/`)));
  return (
    <>
      <nav
        aria-label={t("mainNavSmall")}
        className="fixed inset-x-0 bottom-0 z-20 flex border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] lg:hidden"
      >
        {inBar.map(({ to, label, short = label, icon }) => (
          <NavLink key={to} to={to} className={({ isActive }) => `${SLOT} ${isActive ? "text-brand" : "text-quiet"}`}>
            <Slot icon={icon} text={t(short)} />
          </NavLink>
        ))}
        {behind.length > 0 && (
          <button
            type="button"
            aria-haspopup="dialog"
            className={`${SLOT} cursor-pointer border-0 bg-transparent ${isBehind ? "text-brand" : "text-quiet"}`}
            onClick={() => {
              setOpen(true);
            }}
          >
            <Slot icon={<MoreOutlined />} text={t("more")} />
          </button>
        )}
      </nav>
      {open && (
        <Sheet
          title={t("more")}
          shape="bottom"
          onClose={() => {
            setOpen(false);
          }}
        >
          <nav aria-label={t("more")} className="space-y-4">
            {behind.map((group) => (
              <div key={group.title} role="group" aria-label={t(group.title)}>
                <p aria-hidden="true" className="mb-1 text-xs text-quiet">
                  {t(group.title)}
                </p>
                {group.items.map(({ to, label, icon }) => (
                  <NavLink
                    key={to}
                    to={to}
                    className={({ isActive }) =>
                      `flex h-12 items-center gap-3 rounded-lg px-2 text-base font-medium no-underline ${isActive ? "bg-tint text-tint-ink" : "text-ink"}`
                    }
                    onClick={() => {
                      setOpen(false);
                    }}
                  >
                    <span aria-hidden="true">{icon}</span>
                    {t(label)}
                  </NavLink>
                ))}
              </div>
            ))}
          </nav>
        </Sheet>
      )}
    </>
  );
}

function Slot({ icon, text }: { icon: ReactNode; text: string }) {
  return (
    <>
      <span aria-hidden="true" className="text-xl leading-6">
        {icon}
      </span>
      <span className="max-w-full truncate">{text}</span>
    </>
  );
}
