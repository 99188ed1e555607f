import "./theme/index.css";

import { TransportProvider } from "@connectrpc/connect-query";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router/dom";

import { BackendContext, createBackend } from "./api/backend";
import { Keeper } from "./api/keeper";
import { Landing } from "./api/landing";
import { createQueryClient } from "./api/queryClient";
import { Session } from "./api/session";
import { refreshBy } from "./api/signIn";
import { BrowserTabs } from "./api/tabs";
import { authorize, createTransport } from "./api/transport";
import { createRouter } from "./app/router";
import { reloadOnStaleChunk } from "./app/staleChunks";
import { pauseWhileHidden, wakeWithPage } from "./app/visibility";
import { LanguagePreference } from "./i18n/language";
import { LanguageProvider } from "./i18n/LanguageProvider";
import { SchemePreference } from "./theme/scheme";
import { ThemeProvider } from "./theme/ThemeProvider";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");

// First of all: it takes secrets out of the address bar.
const landing = new Landing(window);
const session = new Session();
const tabs = new BrowserTabs(window);
const keeper = new Keeper({
  session,
  tabs,
  hints: window.localStorage,
  refresh: refreshBy(createTransport([])),
  hidden: () => document.visibilityState === "hidden",
});
const backend = createBackend({
  session,
  keeper,
  tabs,
  landing,
  transport: createTransport([authorize(session, keeper)]),
  sharing: true,
});
const queries = createQueryClient();
session.onEpoch(() => {
  queries.clear();
});
const preference = new SchemePreference(window.localStorage, window.matchMedia("(prefers-color-scheme: dark)"));
const language = new LanguagePreference(window, async () => (await import("./i18n/vi")).pack);
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content;
reloadOnStaleChunk(window);
wakeWithPage(window, keeper, backend.hub);
pauseWhileHidden(document, backend.hub);

const router = createRouter(backend);

// The first thing that is drawn is in the right language: English is here already, another is one small file.
await language.start();

createRoot(root).render(
  <StrictMode>
    <ThemeProvider preference={preference} nonce={nonce}>
      <LanguageProvider preference={language}>
        <BackendContext value={backend}>
          <TransportProvider transport={backend.transport}>
            <QueryClientProvider client={queries}>
              <RouterProvider router={router} />
            </QueryClientProvider>
          </TransportProvider>
        </BackendContext>
      </LanguageProvider>
    </ThemeProvider>
  </StrictMode>,
);
