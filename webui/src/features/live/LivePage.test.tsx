import { Code, ConnectError } from "@connectrpc/connect";
import { screen, waitFor, within } from "@testing-library/react";
import { expect, it, vi } from "vitest";

import { ImageService } from "../../api/gen/footfall/v1/image_service_pb";
import { ChangeKind, LiveService } from "../../api/gen/footfall/v1/live_service_pb";
import { SiteService } from "../../api/gen/footfall/v1/site_service_pb";
import { type Visit, VisitKind, VisitService } from "../../api/gen/footfall/v1/visit_service_pb";
import { renderConsole } from "../../testing/renderConsole";
import { SITE, uuid, visitOf } from "../../testing/shop";
import { change, progress, WatchFeed } from "../../testing/watchFeed";

const DAY_MS = 86_400_000;

function open(options: { visits: Visit[]; revision?: bigint; sites?: (typeof SITE)[] }) {
  const lists = vi.fn();
  const watches: { after: bigint | undefined; feed: WatchFeed }[] = [];
  const shown = { visits: options.visits, revision: options.revision ?? 5n };
  const rendered = renderConsole({
    path: "/live",
    services: (router) => {
      router.service(SiteService, { listSites: () => ({ sites: options.sites ?? [SITE] }) });
      router.service(VisitService, {
        listVisits: (request) => {
          lists(request);
          return shown;
        },
      });
      router.service(LiveService, {
        watch: (request, context) => {
          const feed = new WatchFeed();
          watches.push({ after: request.afterRevision, feed });
          return feed.stream(context.signal);
        },
      });
      router.service(ImageService, {
        getImage: () => ({ contentType: "image/jpeg", data: new Uint8Array([1]) }),
      });
    },
  });
  return { ...rendered, watches, lists, shown };
}

const cards = () => screen.queryAllByTestId("visit-card");
const counted = () => ["visits", "visitors", "new", "repeat"].map((key) => screen.getByTestId(`count-${key}`).textContent);

it("shows the list, then what happens after its revision, without a reload", async () => {
  const now = Date.now();
  const { watches } = open({ visits: [visitOf(1, now - 1000)], revision: 41n });
  await waitFor(() => {
    expect(watches[0]?.after).toBe(41n);
  });
  expect(cards()).toHaveLength(1);
  watches[0]!.feed.push(change(42n, visitOf(2, now)));
  await waitFor(() => {
    expect(cards()).toHaveLength(2);
  });
  expect(within(cards()[0]!).getByText("Visitor 2")).toBeDefined();
  expect(within(cards()[0]!).getByText("New")).toBeDefined();
  expect(screen.getByRole("log").textContent).toBe("Visitor 2 at Harbour Street");
});

it("replaces a card in place, shows an image that comes later, and drops what is gone", async () => {
  const now = Date.now();
  const { watches } = open({ visits: [visitOf(2, now), visitOf(1, now - 1000)] });
  await waitFor(() => {
    expect(watches).toHaveLength(1);
  });
  expect(screen.queryByTestId("face-image")).toBeNull();
  const { feed } = watches[0]!;
  feed.push(change(6n, visitOf(1, now - 1000, { imageId: uuid("5", 1), customerName: "Ada" }), ChangeKind.UPDATED));
  const image = await screen.findByTestId("face-image");
  expect(image.getAttribute("alt")).toBe("Face of Ada");
  expect(within(cards()[1]!).getByText("Ada")).toBeDefined();
  expect(cards()).toHaveLength(2);
  feed.push(change(7n, visitOf(2, now), ChangeKind.DELETED));
  await waitFor(() => {
    expect(cards()).toHaveLength(1);
  });
});

it("counts people once and visits each, of today only", async () => {
  const now = Date.now();
  const customer = { customerId: uuid("4", 9) };
  open({
    visits: [
      visitOf(1, now, { ...customer, kind: VisitKind.REPEAT }),
      visitOf(2, now - 1, { ...customer, kind: VisitKind.NEW }),
      visitOf(3, now - 2),
      visitOf(4, now - 2 * DAY_MS),
    ],
  });
  await waitFor(() => {
    expect(counted()).toEqual(["3", "2", "2", "1"]);
  });
});

it("lists again when the server no longer keeps what was missed", async () => {
  const { watches, lists, shown } = open({ visits: [], revision: 5n });
  await waitFor(() => {
    expect(watches).toHaveLength(1);
  });
  expect(await screen.findByText("No visits yet today")).toBeDefined();
  shown.visits = [visitOf(1, Date.now())];
  shown.revision = 900n;
  watches[0]!.feed.push(new ConnectError("compacted", Code.OutOfRange));
  await waitFor(() => {
    expect(watches[1]?.after).toBe(900n);
  });
  expect(lists).toHaveBeenCalledTimes(2);
  expect(cards()).toHaveLength(1);
});

it("says when it is disconnected, and since when", async () => {
  const { watches } = open({ visits: [] });
  await waitFor(() => {
    expect(watches).toHaveLength(1);
  });
  watches[0]!.feed.push(progress(6n));
  const state = await screen.findByTestId("link-state");
  await waitFor(() => {
    expect(state.dataset.phase).toBe("live");
  });
  watches[0]!.feed.push(new ConnectError("gone", Code.Unavailable));
  await waitFor(() => {
    expect(state.textContent).toMatch(/^Reconnectinglast at \d\d:\d\d:\d\d$/);
  });
  expect(screen.getByRole("button", { name: "Reconnect" })).toBeDefined();
});

it("stops visibly when the account may not watch", async () => {
  const { watches } = open({ visits: [] });
  await waitFor(() => {
    expect(watches).toHaveLength(1);
  });
  watches[0]!.feed.push(new ConnectError("no", Code.PermissionDenied));
  const state = await screen.findByTestId("link-state");
  await waitFor(() => {
    expect(state.dataset.phase).toBe("stopped");
  });
  expect(state.textContent).toContain("Your account may not do this");
});

it("says what to do when there is no site yet", async () => {
  open({ visits: [], sites: [] });
  expect(await screen.findByText("No site yet")).toBeDefined();
  expect(screen.getByRole("link", { name: "Set up sites and cameras" })).toBeDefined();
});

it("shows a visit of a site that was added meanwhile, under its name", async () => {
  const sites = [SITE];
  const { watches } = open({ visits: [], sites });
  await waitFor(() => {
    expect(watches).toHaveLength(1);
  });
  const added = { ...SITE, siteId: uuid("1", 2), displayName: "Old Town Market" };
  sites.push(added);
  watches[0]!.feed.push(change(6n, visitOf(1, Date.now(), { siteId: added.siteId })));
  await waitFor(() => {
    expect(within(cards()[0]!).getByText("Old Town Market")).toBeDefined();
  });
});
