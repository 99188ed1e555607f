import { Code } from "@connectrpc/connect";
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";

import { CustomerKind, CustomerService, type Customer, type ListCustomersRequest } from "../../api/gen/footfall/v1/customer_service_pb";
import { SiteService } from "../../api/gen/footfall/v1/site_service_pb";
import { customerOf } from "../../testing/people";
import { refusal, renderConsole } from "../../testing/renderConsole";
import { SITE } from "../../testing/shop";

function open(path: string, pages: Record<string, { customers: Customer[]; nextPageToken?: string }>) {
  const requests: ListCustomersRequest[] = [];
  const rendered = renderConsole({
    path,
    services: (router) => {
      router.service(SiteService, { listSites: () => ({ sites: [SITE] }) });
      router.service(CustomerService, {
        listCustomers: (request) => {
          requests.push(request);
          const page = pages[request.pageToken];
          if (!page) throw refusal(Code.InvalidArgument, "BAD_PAGE_TOKEN");
          return page;
        },
      });
    },
  });
  return { ...rendered, requests };
}

it("sends the filters of the address, and takes nonsense for none", async () => {
  const { requests } = open(`/customers?site=${SITE.siteId}&kind=staff&name=%20Ann%20`, { "": { customers: [] } });
  expect(await screen.findByText("Nobody matches")).toBeDefined();
  expect(requests[0]).toMatchObject({ siteId: SITE.siteId, kind: CustomerKind.STAFF, name: "Ann" });
});

it.each(["12", "#12", "visitor 12"])("finds by number: %s", async (typed) => {
  const { requests } = open(`/customers?name=${encodeURIComponent(typed)}`, { "": { customers: [] } });
  expect(await screen.findByText("Nobody matches")).toBeDefined();
  expect(requests[0]).toMatchObject({ name: "", number: 12n });
});

it("takes a name with a number for a name", async () => {
  const { requests } = open("/customers?name=Anna%202", { "": { customers: [] } });
  expect(await screen.findByText("Nobody matches")).toBeDefined();
  expect(requests[0]).toMatchObject({ name: "Anna 2", number: 0n });
});

it("takes nonsense in the address for no filter", async () => {
  const { requests } = open("/customers?site=x&kind=boss", { "": { customers: [] } });
  expect(await screen.findByText("Nobody yet")).toBeDefined();
  expect(requests[0]).toMatchObject({ siteId: "", kind: CustomerKind.UNSPECIFIED, name: "" });
});

it("writes what is typed to the address when the typing pauses, and keeps the words that came after", async () => {
  const { requests, router } = open("/customers", { "": { customers: [customerOf(1)] } });
  const user = userEvent.setup();
  const field = await screen.findByRole("searchbox", { name: "Name or number" });
  await user.type(field, "ann");
  await waitFor(() => {
    expect(router.state.location.search).toBe("?name=ann");
  });
  await waitFor(() => {
    expect(requests.at(-1)?.name).toBe("ann");
  });
  expect(document.activeElement, "the field keeps the focus").toBe(field);
  await user.click(screen.getByRole("button", { name: "Clear" }));
  await waitFor(() => {
    expect(field).toHaveProperty("value", "");
  });
  expect(router.state.location.search).toBe("");
});

it("reads on before the end is reached, and draws only what is on the screen", async () => {
  const many = (from: number) => Array.from({ length: 200 }, (_, at) => customerOf(from + at));
  const { requests } = open("/customers", {
    "": { customers: many(1), nextPageToken: "p2" },
    p2: { customers: many(201) },
  });
  expect((await screen.findAllByRole("link", { name: /^Visitor / })).length).toBeLessThan(40);
  expect(screen.getByText("200 so far; more come as you scroll.")).toBeDefined();
  expect(requests.map(({ pageToken }) => pageToken)).toEqual([""]);
  expect(screen.getByRole("list", { name: "Customers" }).querySelector("li")?.getAttribute("aria-setsize")).toBe("-1");
});

it("leads from a customer to its page", async () => {
  const { router } = open("/customers", { "": { customers: [customerOf(7, { displayName: "Ada" })] } });
  await userEvent.click(await screen.findByRole("link", { name: "Ada" }));
  await waitFor(() => {
    expect(router.state.location.pathname).toBe(`/customers/${customerOf(7).customerId}`);
  });
});
