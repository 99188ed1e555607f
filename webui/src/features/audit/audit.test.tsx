import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, type ServiceImpl } from "@connectrpc/connect";
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { AuditEntrySchema, AuditService, type ExportAuditEntriesRequest, type ListAuditEntriesRequest } from "../../api/gen/footfall/v1/audit_service_pb";
import { Role } from "../../api/gen/footfall/v1/auth_service_pb";
import { UserService } from "../../api/gen/footfall/v1/user_service_pb";
import { refusal, renderConsole } from "../../testing/renderConsole";
import { uuid } from "../../testing/shop";
import { gapIn } from "./chain";
import { readFilters, toMatching } from "./filters";

const numbered = (...numbers: number[]) => numbers.map((number) => ({ sequence: BigInt(number) }));

it("finds where an entry was taken out", () => {
  expect(gapIn(numbered(5, 4, 3))).toBeUndefined();
  expect(gapIn(numbered(7, 6, 3, 2))).toEqual({ first: 6n, last: 3n });
  expect(gapIn([])).toBeUndefined();
});

it("takes from the address what makes sense, and asks for whole days of the zone", () => {
  const filters = readFilters(new URLSearchParams({ who: "me", what: "customer", target: uuid("4", 1), from: "2026-11-22", to: "2026-11-22" }));
  expect(filters).toMatchObject({ who: "", what: "customer", target: uuid("4", 1) });
  expect(toMatching(filters, "UTC")).toMatchObject({
    action: "customer.",
    startTime: timestampFromMs(Date.UTC(2026, 10, 22)),
    endTime: timestampFromMs(Date.UTC(2026, 10, 23)),
  });
});

const entryOf = (sequence: number) =>
  create(AuditEntrySchema, {
    auditId: uuid("a", sequence),
    sequence: BigInt(sequence),
    time: timestampFromMs(Date.UTC(2026, 10, 22, 12)),
    actorId: uuid("6", 2),
    actorRole: Role.TENANT_ADMIN,
    action: "customer.merge",
    resource: "customer",
    resourceId: uuid("4", sequence),
    detail: '{"reason":"asked by the shop"}',
    hash: `${sequence}`.repeat(64),
  });

function open(path: string, audit: Partial<ServiceImpl<typeof AuditService>>) {
  return renderConsole({
    path,
    services: (core) => {
      core.service(AuditService, audit);
      core.service(UserService, { listUsers: () => ({ users: [{ userId: uuid("6", 2), email: "ann@example.com", displayName: "Ann Berg" }] }) });
    },
  });
}

it("shows who did what, and goes back page by page as somebody scrolls", async () => {
  const listAuditEntries = vi.fn(({ pageToken }: ListAuditEntriesRequest) =>
    pageToken === "" ? { entries: [entryOf(4), entryOf(3)], nextPageToken: "older" } : { entries: [entryOf(1)], nextPageToken: "" },
  );
  open("/audit", { listAuditEntries });
  // Two entries are less than a screen, so the older page is read without a hand.
  expect((await screen.findByRole("alert")).textContent).toContain("A number is missing between entries 1 and 3");
  expect(screen.getByText("3 entries.")).toBeDefined();
  expect(listAuditEntries.mock.calls.map(([{ pageToken }]) => pageToken)).toEqual(["", "older"]);
  expect(screen.getAllByText("Ann Berg").length).toBeGreaterThan(1);
});

it("says which numbers are there when none is missing", async () => {
  open("/audit", { listAuditEntries: () => ({ entries: [entryOf(4), entryOf(3)] }) });
  expect(await screen.findByText(/Entries 3 to 4: no number is missing/)).toBeDefined();
});

it("draws only what is on the screen of a long log", async () => {
  open("/audit", { listAuditEntries: () => ({ entries: Array.from({ length: 2000 }, (_, at) => entryOf(2000 - at)) }) });
  expect(await screen.findByText("2,000 entries.")).toBeDefined();
  expect(screen.getAllByRole("listitem").length).toBeLessThan(60);
});

it("opens an entry with everything that it says", async () => {
  open("/audit", { listAuditEntries: () => ({ entries: [entryOf(4)] }) });
  await userEvent.click(await screen.findByRole("button", { name: "Details of entry 4" }));
  const sheet = screen.getByRole("dialog", { name: "Entry 4" });
  expect(within(sheet).getByText("4".repeat(64))).toBeDefined();
  expect(within(sheet).getByText(`customer ${uuid("4", 4)}`)).toBeDefined();
  expect(within(sheet).getByText(/asked by the shop/)).toBeDefined();
});

it("hands what the filters leave of the log to the browser as a file", async () => {
  const made: Blob[] = [];
  const asked: ExportAuditEntriesRequest[] = [];
  vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: (blob: Blob) => (made.push(blob), "blob:log") }));
  const clicked = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    expect(this.download).toBe("footfall-audit-2026-11-02-2026-11-03.csv");
  });
  open("/audit?what=customer&from=2026-11-02&to=2026-11-03", {
    listAuditEntries: () => ({ entries: [entryOf(4)] }),
    exportAuditEntries: async function* (request) {
      asked.push(request);
      yield { data: new TextEncoder().encode("sequence\r\n") };
      yield { data: new TextEncoder().encode("4\r\n") };
    },
  });
  await userEvent.click(await screen.findByRole("button", { name: "Download CSV" }));
  await waitFor(() => {
    expect(clicked).toHaveBeenCalledOnce();
  });
  expect(await made[0]!.text()).toBe("sequence\r\n4\r\n");
  expect(asked).toEqual([expect.objectContaining({ action: "customer.", startTime: expect.anything() as unknown })]);
});

it("says what to do about a log that is too long for a file", async () => {
  open("/audit", {
    listAuditEntries: () => ({ entries: [entryOf(4)] }),
    // eslint-disable-next-line require-yield -- it is refused before its first piece
    exportAuditEntries: async function* () {
      throw refusal(Code.InvalidArgument, "INVALID_FIELD", { fields: { "": "more than 100000 entries match" } });
    },
  });
  await userEvent.click(await screen.findByRole("button", { name: "Download CSV" }));
  expect((await screen.findByRole("alert")).textContent).toContain("Too many entries for one file");
});
