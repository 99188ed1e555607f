import { SettingOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useEffect, useState, useSyncExternalStore } from "react";
import { NavLink, Outlet, useLocation, useNavigate, useNavigation } from "react-router";

import { useBackend } from "../api/backend";
import { useSession } from "../api/hooks";
import { Logo } from "../components/Logo";
import { Sheet } from "../components/overlay/Sheet";
import { Account } from "./Account";
import { NAV } from "./nav";

/** The signed-in pages. They begin anew when another tab signs in as somebody else or chooses another tenant. */
export function Shell() {
  useLeaveWithSession();
  const { session } = useBackend();
  const epoch = useSyncExternalStore(session.subscribe, session.epoch);
  const signedIn = useSession() !== undefined;
  return signedIn && <Frame key={epoch} />;
}

/** What surrounds every signed-in page: a sidebar where there is room, a bar at the bottom on a phone. */
function Frame() {
  const busy = useNavigation().state === "loading";
  const { pathname } = useLocation();
  const [accountOpen, setAccountOpen] = useState(false);
  return (
    <div className="min-h-full bg-canvas text-ink">
      <a
        href="#content"
        className="sr-only z-50 rounded-lg bg-surface px-4 py-2 font-medium text-brand focus:not-sr-only focus:fixed! focus:top-3 focus:left-3"
      >
        Skip to content
      </a>
      {busy && <div role="progressbar" aria-label="Loading page" className="fixed inset-x-0 top-0 z-40 h-0.5 animate-pulse bg-brand" />}
      <div className="mx-auto flex min-h-dvh">
        <aside className="sticky top-0 hidden h-dvh w-60 shrink-0 flex-col border-r border-line bg-surface px-3 py-4 lg:flex">
          <Brand />
          <nav aria-label="Main" className="mt-6 flex-1 space-y-1">
            {NAV.map(({ to, label, icon }) => (
              <NavLink
                key={to}
                to={to}
                className={({ isActive }) =>
                  `flex h-10 items-center gap-3 rounded-lg px-3 font-medium no-underline ${
                    isActive ? "bg-tint text-tint-ink" : "text-quiet hover:bg-mute hover:text-ink"
                  }`
                }
              >
                <span aria-hidden="true">{icon}</span>
                {label}
              </NavLink>
            ))}
          </nav>
          <Account />
        </aside>
        <div className="flex min-w-0 flex-1 flex-col">
          <header className="sticky top-0 z-20 flex h-14 items-center justify-between border-b border-line bg-surface px-4 lg:hidden">
            <Brand />
            <Button
              type="text"
              icon={<SettingOutlined />}
              aria-label="Account and colours"
              onClick={() => {
                setAccountOpen(true);
              }}
            />
          </header>
          <main
            id="content"
            tabIndex={-1}
            key={pathname.split("/")[1]}
            className="mx-auto w-full max-w-[1360px] flex-1 p-4 pb-24 outline-none lg:p-8"
          >
            <Outlet />
          </main>
        </div>
      </div>
      <nav
        aria-label="Main, small screens"
        className="fixed inset-x-0 bottom-0 z-20 flex border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] lg:hidden"
      >
        {NAV.map(({ to, shortLabel, icon }) => (
          <NavLink
            key={to}
            to={to}
            className={({ isActive }) =>
              `flex h-16 flex-1 flex-col items-center justify-center gap-0.5 text-xs font-medium no-underline ${isActive ? "text-brand" : "text-quiet"}`
            }
          >
            <span aria-hidden="true" className="text-xl leading-6">
              {icon}
            </span>
            {shortLabel}
          </NavLink>
        ))}
      </nav>
      {accountOpen && (
        <Sheet
          title="Account"
          shape="bottom"
          onClose={() => {
            setAccountOpen(false);
          }}
        >
          <Account unfolded />
        </Sheet>
      )}
    </div>
  );
}

function Brand() {
  const who = useSession();
  return (
    <div className="flex min-w-0 items-center gap-2.5 px-1">
      <Logo size={32} />
      <div className="min-w-0 leading-tight">
        <p className="font-semibold tracking-tight">Footfall</p>
        <p className="truncate text-xs text-quiet">{who?.tenantName}</p>
      </div>
    </div>
  );
}

/** Goes to the sign-in page when the session ends, and comes back to here unless the person wanted out. */
function useLeaveWithSession(): void {
  const { session } = useBackend();
  const signedIn = useSession() !== undefined;
  const navigate = useNavigate();
  const { pathname, search } = useLocation();
  useEffect(() => {
    if (signedIn) return;
    const target = session.ended() === "signed-out" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(pathname + search)}`;
    void navigate(target, { replace: true });
  }, [signedIn, session, navigate, pathname, search]);
}
