import { Code } from "@connectrpc/connect";
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { CameraService } from "../../api/gen/footfall/v1/camera_service_pb";
import { Role } from "../../api/gen/footfall/v1/auth_service_pb";
import { type Customer, CustomerKind, CustomerService, type Merge, type Sighting } from "../../api/gen/footfall/v1/customer_service_pb";
import { ErasureKind, ErasureService } from "../../api/gen/footfall/v1/erasure_service_pb";
import { SiteService } from "../../api/gen/footfall/v1/site_service_pb";
import { customerOf, sightingOf } from "../../testing/people";
import { refusal, renderConsole } from "../../testing/renderConsole";
import { CAMERA, SITE, uuid } from "../../testing/shop";

const NOON = Date.parse("2026-11-20T12:00:00Z");
const ADA = customerOf(1, { displayName: "Ada Brandt" });

const COUNTS = { faces: 4, tracks: 12, visits: 2, images: 0 };

function open(
  options: {
    sightings?: Sighting[];
    merges?: Partial<Merge>[];
    role?: Role;
    customer?: Customer;
    apart?: Customer[];
    /** Whether what would go cannot be counted. */
    unreadable?: () => boolean;
    /** What happens after somebody was erased, and before that is answered. */
    erasing?: () => void;
  } = {},
) {
  let customer = options.customer ?? ADA;
  let apart = options.apart ?? [];
  const calls = {
    update: vi.fn(),
    erase: vi.fn(),
    split: vi.fn(),
    unmerge: vi.fn(),
  };
  const rendered = renderConsole({
    path: `/customers/${customer.customerId}`,
    role: options.role ?? Role.TENANT_ADMIN,
    services: (router) => {
      router.service(SiteService, { listSites: () => ({ sites: [SITE] }) });
      router.service(CameraService, { listCameras: () => ({ cameras: [CAMERA] }) });
      router.service(ErasureService, {
        previewErasure: ({ subjectId }) => {
          if (options.unreadable?.() === true) throw refusal(Code.NotFound, "CUSTOMER_NOT_FOUND");
          return { subjectId, kind: ErasureKind.CUSTOMER, displayName: customer.displayName, number: customer.number, removed: COUNTS };
        },
        createErasure: (request) => {
          calls.erase(request);
          options.erasing?.();
          return { erasureId: uuid("e", 1), kind: ErasureKind.CUSTOMER, subjectId: request.subjectId, removed: COUNTS };
        },
      });
      router.service(CustomerService, {
        listCustomers: () => ({ customers: [] }),
        getCustomer: ({ customerId }) => {
          if (customerId !== customer.customerId) throw refusal(Code.NotFound, "CUSTOMER_NOT_FOUND");
          return customer;
        },
        listSightings: () => ({ sightings: options.sightings ?? [] }),
        listDistinctCustomers: () => ({ distinctCustomers: apart.map((other) => ({ customer: other, reason: "twins" })) }),
        unmarkDistinct: ({ otherCustomerId }) => {
          apart = apart.filter((other) => other.customerId !== otherCustomerId);
          return {};
        },
        listMerges: () => ({ merges: (options.merges ?? []) as Merge[] }),
        updateCustomer: (request) => {
          calls.update(request.updateMask?.paths, request.customer?.displayName, request.customer?.kind);
          customer = { ...customer, ...(request.updateMask?.paths.includes("kind") ? { kind: request.customer!.kind } : { displayName: request.customer!.displayName }) };
          return customer;
        },
        splitCustomer: (request) => {
          calls.split(request.trackIds, request.reason);
          customer = customerOf(9);
          return customer;
        },
        unmergeCustomers: ({ mergeId }) => {
          calls.unmerge(mergeId);
          throw refusal(Code.FailedPrecondition, "MERGE_UNDONE");
        },
      });
    },
  });
  return { ...rendered, calls };
}

it("shows who it is and when it was seen, by visit, with scores, crossings and gaps", async () => {
  open({ sightings: [sightingOf(1, NOON), sightingOf(2, NOON + 600_000, { score: undefined })] });
  expect(await screen.findByRole("heading", { name: "Ada Brandt" })).toBeDefined();
  const visit = await screen.findByRole("link", { name: "Visit at Harbour Street" });
  expect(visit.getAttribute("href")).toBe(`/visits/${uuid("3", 1)}`);
  expect(screen.getByText("0.70 alike")).toBeDefined();
  expect(screen.getByText("First face")).toBeDefined();
  expect(screen.getByText(/Not seen for 10 min/)).toBeDefined();
});

it("offers a site manager nothing that only administrators may do", async () => {
  open({ role: Role.SITE_MANAGER, sightings: [sightingOf(1, NOON), sightingOf(2, NOON + 1000)] });
  expect(await screen.findByRole("link", { name: "Visit at Harbour Street" })).toBeDefined();
  for (const name of ["Rename", "Make staff", "Erase…", "Select sightings"]) expect(screen.queryByRole("button", { name })).toBeNull();
});

it("says what becomes of the reports before somebody becomes staff", async () => {
  const { calls } = open();
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Make staff" }));
  const dialog = screen.getByRole("dialog");
  expect(within(dialog).getByText(/all 2 visits of Ada Brandt leave the list of visits and every report/)).toBeDefined();
  await user.click(within(dialog).getByRole("button", { name: "Make staff" }));
  expect(await screen.findByRole("button", { name: "Make visitor" })).toBeDefined();
  expect(calls.update).toHaveBeenCalledWith(["kind"], "", CustomerKind.STAFF);
});

it("renames, and takes a name away", async () => {
  const { calls } = open();
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Rename" }));
  await user.clear(screen.getByLabelText("Name"));
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByRole("heading", { name: "Visitor 1" })).toBeDefined();
  expect(calls.update).toHaveBeenCalledWith(["display_name"], "", CustomerKind.UNSPECIFIED);
});

it("erases only after the name was typed, with a ticket, and leads to the receipt", async () => {
  const { calls, router } = open({ customer: customerOf(1, { displayName: "Ada Brandt", mergedCustomerIds: [uuid("4", 2)] }) });
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Erase…" }));
  const erase = await screen.findByRole("button", { name: "Erase for ever" });
  const dialog = within(screen.getByRole("dialog", { name: "Erase Ada Brandt?" }));
  expect(dialog.getAllByRole("listitem").map(({ textContent }) => textContent)).toEqual([
    "4 faces that they are recognised by",
    "12 sightings",
    "2 visits, also from the reports",
    "the name that somebody gave them",
    "1 customer who was merged into this one",
  ]);
  await user.type(screen.getByLabelText("Ticket number"), " DSR-7 ");
  await user.type(screen.getByLabelText("Type Ada Brandt to confirm"), "ada");
  expect(erase).toHaveProperty("disabled", true);
  await user.type(screen.getByLabelText("Type Ada Brandt to confirm"), "  brandt");
  await user.click(erase);
  const done = within(await screen.findByRole("dialog", { name: "Ada Brandt is forgotten" }));
  expect(done.getByRole("link", { name: "To the receipt" }).getAttribute("href")).toBe(`/privacy?erasure=${uuid("e", 1)}`);
  expect(calls.erase).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ subjectId: ADA.customerId, ticket: "DSR-7" }));
  await user.click(done.getByRole("button", { name: "All customers" }));
  await waitFor(() => {
    expect(router.state.location.pathname).toBe("/customers");
  });
});

it("erases nobody twice when the answer is lost: the second call has the same request", async () => {
  let lost = true;
  const { calls } = open({
    erasing: () => {
      if (!lost) return;
      lost = false;
      throw refusal(Code.Unavailable, "STORE_UNAVAILABLE");
    },
  });
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Erase…" }));
  await user.type(await screen.findByLabelText("Type Ada Brandt to confirm"), "Ada Brandt");
  await user.click(screen.getByRole("button", { name: "Erase for ever" }));
  expect(await screen.findByRole("alert")).toBeDefined();
  await user.click(screen.getByRole("button", { name: "Erase for ever" }));
  expect(await screen.findByRole("dialog", { name: "Ada Brandt is forgotten" })).toBeDefined();
  const [first, second] = calls.erase.mock.calls.map(([request]) => (request as { requestId: string }).requestId);
  expect(first).toMatch(/^[0-9a-f-]{36}$/);
  expect(second).toBe(first);
});

it("erases nobody while nobody knows how much would go", async () => {
  let unreadable = true;
  open({ unreadable: () => unreadable });
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Erase…" }));
  const dialog = within(screen.getByRole("dialog"));
  expect(await dialog.findByRole("alert")).toBeDefined();
  expect(dialog.queryByRole("button", { name: "Erase for ever" })).toBeNull();
  unreadable = false;
  await user.click(dialog.getByRole("button", { name: "Try again" }));
  expect(await dialog.findByRole("button", { name: "Erase for ever" })).toBeDefined();
});

it("makes a new customer of the sightings that are selected, and never of all", async () => {
  const { calls, router } = open({ sightings: [sightingOf(1, NOON), sightingOf(2, NOON + 60_000)] });
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Select sightings" }));
  await user.click(screen.getByRole("checkbox", { name: "All of this visit" }));
  expect(screen.getByRole("button", { name: "Not this person…" })).toHaveProperty("disabled", true);
  await user.click(screen.getByRole("checkbox", { name: "Sighting at 12:00:00, Entrance" }));
  await user.click(screen.getByRole("button", { name: "Not this person…" }));
  await user.type(screen.getByLabelText("Reason (for the audit log)"), "another person");
  await user.click(screen.getByRole("button", { name: "Make a new customer" }));
  await waitFor(() => {
    expect(router.state.location.pathname).toBe(`/customers/${uuid("4", 9)}`);
  });
  expect(calls.split).toHaveBeenCalledWith([uuid("9", 2)], "another person");
});

it("tells when a merge was undone by somebody else", async () => {
  const { calls } = open({
    merges: [{ mergeId: uuid("8", 1), customerId: ADA.customerId, sourceCustomerIds: [uuid("4", 2)], visitsBefore: 3, visitsAfter: 2 }],
  });
  await userEvent.click(await screen.findByRole("button", { name: /Undo the merge/ }));
  expect(await screen.findByText("This merge was undone before")).toBeDefined();
  expect(calls.unmerge).toHaveBeenCalledWith(uuid("8", 1));
});

it("lists who is another person, and takes that back", async () => {
  open({ apart: [customerOf(5)] });
  expect(await screen.findByText("“twins”")).toBeDefined();
  await userEvent.click(screen.getByRole("button", { name: "Take back that Visitor 5 is another person" }));
  expect(await screen.findByText("Nobody is marked as another person.")).toBeDefined();
});

it("says that a customer is not there", async () => {
  const { router } = open();
  void router.navigate(`/customers/${uuid("4", 99)}`);
  expect(await screen.findByText("This customer does not exist")).toBeDefined();
});
