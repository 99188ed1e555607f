import { Code } from "@connectrpc/connect";
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";

import { SiteService } from "../../api/gen/footfall/v1/site_service_pb";
import { VisitService } from "../../api/gen/footfall/v1/visit_service_pb";
import { PASSWORD, refusal, renderConsole } from "../../testing/renderConsole";

function open(path: string, signedIn = false) {
  return renderConsole({
    path,
    signedIn,
    services: (router) => {
      router.service(SiteService, { listSites: () => ({ sites: [] }) });
      router.service(VisitService, { listVisits: () => ({}) });
    },
  });
}

async function type(password: string) {
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText("E-mail address"), "mara@example.com");
  await user.type(screen.getByLabelText("Password"), password);
  await user.click(screen.getByRole("button", { name: "Sign in" }));
}

it("leads back to the page that was asked for", async () => {
  const { router } = open("/visits?kind=new");
  await type(PASSWORD);
  await waitFor(() => {
    expect(router.state.location.pathname + router.state.location.search).toBe("/visits?kind=new");
  });
  expect(await screen.findByRole("heading", { name: "Visits" })).toBeDefined();
});

it("says the same whichever part was wrong, and keeps what was typed", async () => {
  const { session } = open("/sign-in");
  await type("wrong");
  expect((await screen.findByRole("alert")).textContent).toContain("E-mail address or password is wrong");
  expect(screen.getByLabelText<HTMLInputElement>("E-mail address").value).toBe("mara@example.com");
  expect(session.current()).toBeUndefined();
});

it("asks for what is missing before it asks the server", async () => {
  open("/sign-in");
  await userEvent.setup().click(await screen.findByRole("button", { name: "Sign in" }));
  expect(screen.getByText("Type your e-mail address.")).toBeDefined();
  expect(screen.getByText("Type your password.")).toBeDefined();
});

it("a token that is no longer taken leads to the sign-in page, which says why", async () => {
  const { router } = renderConsole({
    path: "/visits",
    services: (routes) => {
      routes.service(SiteService, { listSites: () => ({}) });
      routes.service(VisitService, {
        listVisits: () => {
          throw refusal(Code.Unauthenticated, "UNAUTHENTICATED");
        },
      });
    },
  });
  expect(await screen.findByText(/Your session ended/)).toBeDefined();
  expect(router.state.location.search).toBe("?next=%2Fvisits");
});

it("signing out leads to the sign-in page without a way back", async () => {
  const { router } = open("/sites", true);
  await userEvent.setup().click(await screen.findByRole("button", { name: "Sign out" }));
  await waitFor(() => {
    expect(router.state.location.pathname + router.state.location.search).toBe("/sign-in");
  });
  expect(window.sessionStorage).toHaveLength(0);
});
