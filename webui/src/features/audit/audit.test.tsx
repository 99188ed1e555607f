import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { AuditEntrySchema, AuditService, type ListAuditEntriesRequest } from "../../api/gen/footfall/v1/audit_service_pb";
import { Role } from "../../api/gen/footfall/v1/auth_service_pb";
import { UserService } from "../../api/gen/footfall/v1/user_service_pb";
import { renderConsole } from "../../testing/renderConsole";
import { uuid } from "../../testing/shop";
import { gapIn } from "./chain";
import { readFilters, toRequest } from "./filters";

const numbered = (...numbers: number[]) => numbers.map((number) => ({ sequence: BigInt(number) }));

it("finds where an entry was taken out", () => {
  expect(gapIn(numbered(5, 4, 3))).toBeUndefined();
  expect(gapIn(numbered(7, 6, 3, 2))).toEqual({ first: 6n, last: 3n });
  expect(gapIn([])).toBeUndefined();
});

it("takes from the address what makes sense, and asks for whole days of the zone", () => {
  const filters = readFilters(new URLSearchParams({ who: "me", what: "customer", target: uuid("4", 1), from: "2026-11-22", to: "2026-11-22" }));
  expect(filters).toMatchObject({ who: "", what: "customer", target: uuid("4", 1) });
  expect(toRequest(filters, "UTC")).toMatchObject({
    action: "customer.",
    startTime: timestampFromMs(Date.UTC(2026, 10, 22)),
    endTime: timestampFromMs(Date.UTC(2026, 10, 23)),
  });
});

it("shows who did what, and goes back page by page", async () => {
  const entryOf = (sequence: number) =>
    create(AuditEntrySchema, {
      auditId: uuid("a", sequence),
      sequence: BigInt(sequence),
      time: timestampFromMs(Date.UTC(2026, 10, 22, 12)),
      actorId: uuid("6", 2),
      actorRole: Role.TENANT_ADMIN,
      action: "customer.merge",
      detail: "{}",
    });
  const listAuditEntries = vi.fn(({ pageToken }: ListAuditEntriesRequest) =>
    pageToken === "" ? { entries: [entryOf(4), entryOf(3)], nextPageToken: "older" } : { entries: [entryOf(1)], nextPageToken: "" },
  );
  renderConsole({
    path: "/audit",
    services: (core) => {
      core.service(AuditService, { listAuditEntries });
      core.service(UserService, { listUsers: () => ({ users: [{ userId: uuid("6", 2), email: "ann@example.com", displayName: "Ann Berg" }] }) });
    },
  });
  expect(await screen.findByText(/Entries 3 to 4: no number is missing/)).toBeDefined();
  expect(screen.getAllByText("Ann Berg").length).toBeGreaterThan(1);
  await userEvent.click(screen.getByRole("button", { name: "Show older entries" }));
  expect((await screen.findByRole("alert")).textContent).toContain("A number is missing between entries 1 and 3");
  expect(screen.queryByRole("button", { name: "Show older entries" })).toBeNull();
});
