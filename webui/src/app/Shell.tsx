import { SettingOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useEffect, useState, useSyncExternalStore } from "react";
import { Outlet, useLocation, useMatches, useNavigate, useNavigation } from "react-router";

import { useBackend } from "../api/backend";
import { useAccess, useSession } from "../api/hooks";
import { Sheet } from "../components/overlay/Sheet";
import { Account } from "./Account";
import { Banners } from "./Banners";
import { Brand } from "./Brand";
import { NotForYouPage } from "./NotForYouPage";
import { PhoneBar } from "./PhoneBar";
import { mayShow } from "./routeAccess";
import { Sidebar } from "./Sidebar";
import { t } from "./texts";

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
  const shown = mayShow(useMatches(), useAccess());
  const [accountOpen, setAccountOpen] = useState(false);
  return (
    <div className="min-h-full bg-canvas text-ink">
      <a
        href="#content"
        className="sr-only z-50 rounded-lg bg-surface px-4 py-2 font-medium text-brand focus:not-sr-only focus:fixed! focus:top-3 focus:left-3"
      >
        {t("skipToContent")}
      </a>
      {busy && <div role="progressbar" aria-label={t("loadingPage")} className="fixed inset-x-0 top-0 z-40 h-0.5 animate-pulse bg-brand" />}
      <div className="mx-auto flex min-h-dvh">
        <Sidebar />
        <div className="flex min-w-0 flex-1 flex-col">
          <header className="sticky top-0 z-20 flex h-14 items-center justify-between border-b border-line bg-surface px-4 lg:hidden">
            <Brand />
            <Button
              type="text"
              icon={<SettingOutlined />}
              aria-label={t("accountAndColours")}
              onClick={() => {
                setAccountOpen(true);
              }}
            />
          </header>
          <Banners />
          <main
            id="content"
            tabIndex={-1}
            key={pathname.split("/")[1]}
            className="mx-auto w-full max-w-[1360px] flex-1 p-4 pb-24 outline-none lg:p-8"
          >
            {shown ? <Outlet /> : <NotForYouPage />}
          </main>
        </div>
      </div>
      <PhoneBar />
      {accountOpen && (
        <Sheet
          title={t("account")}
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
