import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, type ServiceImpl } from "@connectrpc/connect";
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import { CameraService } from "../../api/gen/footfall/v1/camera_service_pb";
import { type Erasure, ErasureCountsSchema, ErasureKind, ErasureSchema, ErasureService } from "../../api/gen/footfall/v1/erasure_service_pb";
import { OptOutService } from "../../api/gen/footfall/v1/opt_out_service_pb";
import { RetentionService } from "../../api/gen/footfall/v1/retention_service_pb";
import { SiteService } from "../../api/gen/footfall/v1/site_service_pb";
import { UserService } from "../../api/gen/footfall/v1/user_service_pb";
import { refusal, renderConsole } from "../../testing/renderConsole";
import { CAMERA, SITE, uuid } from "../../testing/shop";

const ANN = uuid("6", 2);

function erasureOf(number: number, values: Partial<Erasure> = {}): Erasure {
  return {
    ...create(ErasureSchema, {
      erasureId: uuid("e", number),
      kind: ErasureKind.CUSTOMER,
      subjectId: uuid("4", number),
      ticket: `DSR-${number}`,
      createTime: timestampFromMs(Date.UTC(2026, 10, 22, 12)),
      createUserId: ANN,
      removed: { faces: 3, images: 1 },
      receipt: `signed.${number}`,
    }),
    ...values,
  };
}

function open(erasures: Partial<ServiceImpl<typeof ErasureService>>, path = "/privacy") {
  return renderConsole({
    path,
    services: (core) => {
      core.service(SiteService, { listSites: () => ({ sites: [SITE] }) });
      core.service(CameraService, { listCameras: () => ({ cameras: [CAMERA] }) });
      core.service(UserService, { listUsers: () => ({ users: [{ userId: ANN, email: "ann@example.com", displayName: "Ann Berg" }] }) });
      core.service(ErasureService, erasures);
      core.service(OptOutService, { listOptOuts: () => ({}) });
      core.service(RetentionService, { getRetention: () => ({}) });
    },
  });
}

/** What is handed to the browser as files, and whether their addresses were given back. */
function watchFiles() {
  const files: { name: string; content: Promise<string> }[] = [];
  const revoked = vi.spyOn(URL, "revokeObjectURL");
  let last: Blob | undefined;
  vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => {
    last = blob as Blob;
    return "blob:receipt";
  });
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function click(this: HTMLAnchorElement) {
    files.push({ name: this.download, content: last!.text() });
  });
  return { files, revoked };
}

afterEach(() => {
  vi.restoreAllMocks();
});

const list = () => screen.findByRole("list", { name: "Erasures" });

it("shows who was forgotten, by whom and how much went, in the core's order", async () => {
  open({
    listErasures: () => ({
      erasures: [
        erasureOf(3, { kind: ErasureKind.STAFF, ticket: "", receipt: "" }),
        erasureOf(2, { createUserId: "" }),
        erasureOf(1, { removed: create(ErasureCountsSchema) }),
      ],
    }),
  });
  const rows = within(await list()).getAllByRole("listitem").map((row) => within(row));
  await screen.findAllByText(/Ann Berg/);
  expect(rows[0]!.getByText("A staff member was erased")).toBeDefined();
  expect(rows[0]!.getByText("Being completed")).toBeDefined();
  expect(rows[0]!.getByText("Without a ticket")).toBeDefined();
  expect(rows[0]!.queryByRole("button"), "no receipt yet").toBeNull();
  expect(rows[1]!.getByText("A customer was erased")).toBeDefined();
  expect(rows[1]!.getByText("Complete")).toBeDefined();
  expect(rows[1]!.getByText(/by the core, after a backup was restored/)).toBeDefined();
  expect(rows[1]!.getByText("3 faces, 1 picture")).toBeDefined();
  expect(rows[1]!.getByText("Ticket DSR-2")).toBeDefined();
  expect(rows[1]!.getByRole("link", { name: "In the audit log" }).getAttribute("href")).toBe(`/audit?target=${uuid("4", 2)}`);
  expect(rows[2]!.getByText("Nothing more was known of them.")).toBeDefined();
  expect(screen.getByRole("link", { name: "Somebody asks to be forgotten" }).getAttribute("href")).toBe("/privacy/forget");
});

it("hands out a receipt as a file, and gives its memory back", async () => {
  const { files, revoked } = watchFiles();
  open({ listErasures: () => ({ erasures: [erasureOf(1)] }) });
  await userEvent.click(within(await list()).getByRole("button", { name: /^Download the receipt of 22 Nov 2026/ }));
  expect(files.map(({ name }) => name)).toEqual([`footfall-erasure-${uuid("e", 1)}.jws`]);
  expect(await files[0]!.content).toBe("signed.1");
  await waitFor(() => {
    expect(revoked).toHaveBeenCalledWith("blob:receipt");
  });
});

it("hands out the public key, and says when that failed", async () => {
  const { files } = watchFiles();
  let away = true;
  open({
    listErasures: () => ({}),
    getErasureKey: () => {
      if (away) throw refusal(Code.Unavailable, "STORE_UNAVAILABLE");
      return { keyId: "kid", publicKey: "-----BEGIN PUBLIC KEY-----" };
    },
  });
  const button = await screen.findByRole("button", { name: "Download the public key" });
  await userEvent.click(button);
  expect(await screen.findByRole("alert")).toBeDefined();
  expect(files).toEqual([]);
  away = false;
  await userEvent.click(button);
  await waitFor(() => {
    expect(files.map(({ name }) => name)).toEqual(["footfall-erasure-key.pem"]);
  });
  expect(await files[0]!.content).toBe("-----BEGIN PUBLIC KEY-----");
  expect(screen.queryByRole("alert")).toBeNull();
});

it("reads again while one is open, and no longer after", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 100 });
  try {
    let reads = 0;
    open({
      listErasures: () => {
        reads += 1;
        return { erasures: [erasureOf(1, { receipt: reads < 3 ? "" : "signed" })] };
      },
    });
    expect(await screen.findByText("Being completed")).toBeDefined();
    await vi.advanceTimersByTimeAsync(3100);
    await vi.advanceTimersByTimeAsync(3100);
    expect(await screen.findByText("Complete")).toBeDefined();
    const then = reads;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(reads).toBe(then);
  } finally {
    vi.useRealTimers();
  }
});

it("reads further only when told to", async () => {
  const asked: string[] = [];
  open({
    listErasures: ({ pageToken }) => {
      asked.push(pageToken);
      return pageToken === "" ? { erasures: [erasureOf(2)], nextPageToken: "older" } : { erasures: [erasureOf(1)] };
    },
  });
  await userEvent.click(await screen.findByRole("button", { name: "Show more" }));
  expect(await screen.findByText("Ticket DSR-1")).toBeDefined();
  expect(screen.getByText("Ticket DSR-2")).toBeDefined();
  expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
  expect(asked).toEqual(["", "older"]);
});

it("looks for a ticket by the address, and says when nothing is under it", async () => {
  const all = [erasureOf(2), erasureOf(1)];
  const { router } = open({ listErasures: ({ ticket }) => ({ erasures: all.filter((each) => ticket === "" || each.ticket === ticket) }) });
  await screen.findByText("Ticket DSR-1");
  const field = screen.getByRole("searchbox", { name: "Ticket number" });
  await userEvent.type(field, "DSR-2");
  await waitFor(() => {
    expect(screen.queryByText("Ticket DSR-1")).toBeNull();
  });
  expect(await screen.findByText("Ticket DSR-2")).toBeDefined();
  expect(router.state.location.search).toBe("?ticket=DSR-2");
  await userEvent.type(field, "00");
  expect(await screen.findByText("Nothing was erased under this ticket")).toBeDefined();
  await userEvent.click(screen.getByRole("button", { name: "Show all" }));
  expect(await screen.findByText("Ticket DSR-1")).toBeDefined();
});

it("says that nobody was forgotten", async () => {
  open({ listErasures: () => ({}) });
  expect(await screen.findByText("Nobody was forgotten yet")).toBeDefined();
});

it("says that the list cannot be read, and reads it again", async () => {
  let broken = true;
  open({
    listErasures: () => {
      if (broken) throw refusal(Code.Internal, "INTERNAL");
      return { erasures: [erasureOf(1)] };
    },
  });
  const alert = await screen.findByRole("alert");
  broken = false;
  await userEvent.click(within(alert).getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("Ticket DSR-1")).toBeDefined();
});

it("shows the one erasure that the address names, until it is closed", async () => {
  const { router } = open(
    { listErasures: () => ({}), getErasure: ({ erasureId }) => erasureOf(9, { erasureId }) },
    `/privacy?erasure=${uuid("e", 9)}`,
  );
  const one = within(await screen.findByRole("region", { name: "The erasure" }));
  expect(await one.findByText("Ticket DSR-9")).toBeDefined();
  await userEvent.click(one.getByRole("button", { name: "Close" }));
  await waitFor(() => {
    expect(screen.queryByRole("region", { name: "The erasure" })).toBeNull();
  });
  expect(router.state.location.search).toBe("");
});

it("says when the erasure that the address names is not there", async () => {
  open(
    {
      listErasures: () => ({}),
      getErasure: () => {
        throw refusal(Code.NotFound, "ERASURE_NOT_FOUND");
      },
    },
    `/privacy?erasure=${uuid("e", 9)}`,
  );
  expect(await screen.findByText("There is no such erasure")).toBeDefined();
});
