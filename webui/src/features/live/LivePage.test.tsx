import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { CameraControlService, type Worker, WorkerSchema } from "../../api/gen/footfall/v1/camera_control_service_pb";
import { type Camera, CameraService } from "../../api/gen/footfall/v1/camera_service_pb";
import { CameraFault, CameraState, FaceOutcome, WorkerStatus } from "../../api/gen/footfall/v1/ingest_service_pb";
import { ImageService } from "../../api/gen/footfall/v1/image_service_pb";
import { CameraChangeSchema, ChangeKind, LiveService, SightingChangeSchema, WatchResponseSchema, type WatchResponse } from "../../api/gen/footfall/v1/live_service_pb";
import { SiteService } from "../../api/gen/footfall/v1/site_service_pb";
import { type Visit, VisitKind, VisitService } from "../../api/gen/footfall/v1/visit_service_pb";
import { renderConsole } from "../../testing/renderConsole";
import { CAMERA, SITE, uuid, visitOf } from "../../testing/shop";
import { change, progress, WatchFeed } from "../../testing/watchFeed";

const DAY_MS = 86_400_000;

interface Shop {
  visits: Visit[];
  revision?: bigint;
  sites?: (typeof SITE)[];
  cameras?: Camera[];
  workers?: Worker[];
  path?: string;
}

function open(options: Shop) {
  const lists = vi.fn();
  const snapshots = vi.fn<(cameraId: string) => void>();
  const watches: { after: bigint | undefined; feed: WatchFeed }[] = [];
  const shown = { visits: options.visits, revision: options.revision ?? 5n };
  const rendered = renderConsole({
    path: options.path ?? "/live",
    services: (router) => {
      router.service(SiteService, { listSites: () => ({ sites: options.sites ?? [SITE] }) });
      router.service(CameraService, { listCameras: () => ({ cameras: options.cameras ?? [CAMERA], revision: shown.revision }) });
      router.service(CameraControlService, {
        listWorkers: () => ({ workers: options.workers ?? [], revision: shown.revision }),
        getSnapshot: ({ cameraId }) => {
          snapshots(cameraId);
          return { contentType: "image/jpeg", data: new Uint8Array([1]) };
        },
      });
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
  return { ...rendered, watches, lists, shown, snapshots };
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

const passing = (revision: bigint, number: number, outcome: FaceOutcome, kind = ChangeKind.CREATED): WatchResponse =>
  create(WatchResponseSchema, {
    revision,
    change: {
      case: "sighting",
      value: create(SightingChangeSchema, {
        kind,
        trackId: uuid("9", number),
        siteId: SITE.siteId,
        cameraId: CAMERA.cameraId,
        outcome,
        firstSeenTime: timestampFromMs(Date.now()),
      }),
    },
  });

async function listening(shop: Partial<Shop> = {}) {
  const opened = open({ visits: [], ...shop });
  await waitFor(() => {
    expect(opened.watches).toHaveLength(1);
  });
  return { ...opened, feed: opened.watches[0]!.feed };
}

const uncounted = () => ["staff", "unidentified"].map((key) => screen.getByTestId(`count-${key}`).textContent);

it("counts who is in no visit, and takes back who is in one after all", async () => {
  const { feed } = await listening();
  feed.push(
    passing(6n, 1, FaceOutcome.STAFF),
    passing(7n, 2, FaceOutcome.UNRECOGNISABLE),
    passing(8n, 3, FaceOutcome.PENDING),
    passing(9n, 2, FaceOutcome.UNRECOGNISABLE, ChangeKind.UPDATED),
  );
  await waitFor(() => {
    expect(uncounted()).toEqual(["1", "2"]);
  });
  const cards = screen.getAllByTestId("uncounted-card");
  expect(cards).toHaveLength(3);
  expect(cards.map((card) => card.textContent)).toContainEqual(expect.stringContaining("Staff"));
  feed.push(passing(10n, 3, FaceOutcome.NEW, ChangeKind.UPDATED));
  await waitFor(() => {
    expect(uncounted()).toEqual(["1", "1"]);
  });
});

it("has somebody come with a movement, and a crowd quietly", async () => {
  const now = Date.now();
  const { feed } = await listening({ visits: [] });
  const moves = (visits: number) =>
    cards()
      .slice(0, visits)
      .map((card) => card.classList.contains("animate-arrive"));
  feed.push(change(6n, visitOf(1, now)));
  await waitFor(() => {
    expect(cards()).toHaveLength(1);
  });
  expect(moves(1)).toEqual([true]);
  // Paused, so that they come with one picture.
  await userEvent.click(screen.getByRole("button", { name: "Pause" }));
  feed.push(...[2, 3, 4, 5, 6, 7].map((number) => change(BigInt(number + 5), visitOf(number, now + number))));
  await waitFor(() => {
    expect(screen.getByTestId("waiting").textContent).toBe("6 arrivals wait");
  });
  await userEvent.click(screen.getByRole("button", { name: "Resume" }));
  expect(cards()).toHaveLength(7);
  expect(moves(7)).toEqual([false, false, false, false, false, false, true]);
  feed.push(change(13n, visitOf(8, now + 8)));
  await waitFor(() => {
    expect(cards()).toHaveLength(8);
  });
  expect(moves(2), "what came quietly does not move afterwards").toEqual([true, false]);
});

it("stands still while it is paused, says how many wait, and is right after", async () => {
  const now = Date.now();
  const { feed } = await listening({ visits: [visitOf(1, now - 5000)] });
  await userEvent.click(screen.getByRole("button", { name: "Pause" }));
  feed.push(
    change(6n, visitOf(2, now)),
    change(7n, visitOf(3, now)),
    change(8n, visitOf(2, now, { imageId: uuid("5", 2) }), ChangeKind.UPDATED),
    change(9n, visitOf(1, now - 5000), ChangeKind.DELETED),
    passing(10n, 1, FaceOutcome.STAFF),
  );
  await waitFor(() => {
    expect(screen.getByTestId("waiting").textContent).toBe("3 arrivals wait");
  });
  expect(cards()).toHaveLength(1);
  expect(counted()).toEqual(["1", "1", "1", "0"]);
  await userEvent.click(screen.getByRole("button", { name: "Resume" }));
  expect(cards()).toHaveLength(2);
  expect(counted()).toEqual(["2", "2", "2", "0"]);
  expect(uncounted()).toEqual(["1", "0"]);
  expect(screen.queryByTestId("waiting")).toBeNull();
});

it("narrows to a camera and a kind, which are in the address", async () => {
  const now = Date.now();
  const back = { ...CAMERA, cameraId: uuid("2", 2), displayName: "Back door" };
  const { router } = open({
    cameras: [CAMERA, back],
    visits: [
      visitOf(1, now, { cameraIds: [back.cameraId], kind: VisitKind.REPEAT }),
      visitOf(2, now - 1, { cameraIds: [back.cameraId] }),
      visitOf(3, now - 2),
    ],
  });
  await waitFor(() => {
    expect(cards()).toHaveLength(3);
  });
  await userEvent.selectOptions(await screen.findByLabelText("Camera"), back.cameraId);
  await waitFor(() => {
    expect(counted()).toEqual(["2", "2", "1", "1"]);
  });
  await userEvent.selectOptions(screen.getByLabelText("Show"), "repeat");
  await waitFor(() => {
    expect(cards()).toHaveLength(1);
  });
  expect(router.state.location.search).toBe(`?camera=${back.cameraId}&kind=repeat`);
});

it("says how cameras and workers do, in words, and follows what changes", async () => {
  const at = Date.UTC(2026, 10, 22, 12, 4, 31);
  const worker = create(WorkerSchema, {
    workerId: uuid("b", 1),
    siteId: SITE.siteId,
    displayName: "mini",
    status: WorkerStatus.ONLINE,
    cameras: [{ cameraId: CAMERA.cameraId, state: CameraState.ONLINE, framesPerSecond: 9.8 }],
  });
  const { feed } = await listening({ workers: [worker] });
  const summary = await screen.findByTestId("status-summary");
  await waitFor(() => {
    expect(summary.textContent).toBe("The camera works");
  });
  feed.push(
    create(WatchResponseSchema, {
      revision: 6n,
      change: {
        case: "camera",
        value: create(CameraChangeSchema, {
          kind: ChangeKind.UPDATED,
          camera: CAMERA,
          workerId: worker.workerId,
          health: { cameraId: CAMERA.cameraId, state: CameraState.FAILED, fault: CameraFault.AUTH, lastFrameTime: timestampFromMs(at) },
        }),
      },
    }),
  );
  await waitFor(() => {
    expect(summary.textContent).toBe("1 needs attention");
  });
  expect(
    screen.getByText("Password refused since 12:04:31. The camera refuses the user name or the password. Enter both again."),
  ).toBeDefined();
});

it("asks for pictures only when somebody wants them", async () => {
  const { snapshots } = await listening();
  const show = await screen.findByRole("button", { name: "Show pictures" });
  expect(snapshots).not.toHaveBeenCalled();
  await userEvent.click(show);
  expect(await screen.findByTestId("camera-picture")).toBeDefined();
  expect(snapshots).toHaveBeenCalledWith(CAMERA.cameraId);
});

it("draws no more than 200 cards, however many come", async () => {
  const now = Date.now();
  const { feed } = await listening({ visits: Array.from({ length: 150 }, (_, at) => visitOf(at + 1, now - at)) });
  feed.push(...Array.from({ length: 150 }, (_, at) => change(BigInt(6 + at), visitOf(at + 1000, now + at))));
  await waitFor(() => {
    expect(counted()[0]).toBe("300");
  });
  const more = () => screen.queryByText(/^Show \d+ more$/);
  for (let clicks = 0; clicks < 5 && more(); clicks += 1) await userEvent.click(more()!);
  expect(cards()).toHaveLength(200);
  expect(screen.getByText("The 200 newest are shown.")).toBeDefined();
});
