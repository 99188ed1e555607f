import "./theme/index.css";

import { TransportProvider } from "@connectrpc/connect-query";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router/dom";

import { BackendContext, createBackend } from "./api/backend";
import { createQueryClient } from "./api/queryClient";
import { Session } from "./api/session";
import { createTransport } from "./api/transport";
import { createRouter } from "./app/router";
import { reloadOnStaleChunk } from "./app/staleChunks";
import { pauseWhileHidden } from "./app/visibility";
import { SchemePreference } from "./theme/scheme";
import { ThemeProvider } from "./theme/ThemeProvider";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");

const session = new Session(window.sessionStorage);
const backend = createBackend(session, createTransport(session));
const queries = createQueryClient();
// What one account read must not be shown to the next one.
session.subscribe(() => {
  if (!session.current()) queries.clear();
});
const preference = new SchemePreference(window.localStorage, window.matchMedia("(prefers-color-scheme: dark)"));
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content;
reloadOnStaleChunk(window);
pauseWhileHidden(document, backend.hub);

createRoot(root).render(
  <StrictMode>
    <ThemeProvider preference={preference} nonce={nonce}>
      <BackendContext value={backend}>
        <TransportProvider transport={backend.transport}>
          <QueryClientProvider client={queries}>
            <RouterProvider router={createRouter(session)} />
          </QueryClientProvider>
        </TransportProvider>
      </BackendContext>
    </ThemeProvider>
  </StrictMode>,
);
