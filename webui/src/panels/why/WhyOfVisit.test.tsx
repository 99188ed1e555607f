import { create } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { CameraService } from "../../api/gen/footfall/v1/camera_service_pb";
import { CustomerSchema, CustomerService, type SplitCustomerRequest } from "../../api/gen/footfall/v1/customer_service_pb";
import type { Explanation } from "../../api/gen/footfall/v1/explanation_pb";
import { SiteService } from "../../api/gen/footfall/v1/site_service_pb";
import { VisitService } from "../../api/gen/footfall/v1/visit_service_pb";
import { Role } from "../../api/gen/footfall/v1/auth_service_pb";
import { CAMERA, SITE, uuid, visitOf } from "../../testing/shop";
import { refusal, renderConsole } from "../../testing/renderConsole";
import { explanationOf } from "../../testing/why";

const NOON = Date.UTC(2026, 10, 22, 12);

function open(options: { explanations: Explanation[]; role?: Role; split?: (request: SplitCustomerRequest) => void }) {
  const visit = visitOf(1, NOON);
  renderConsole({
    path: `/visits/${visit.visitId}#why`,
    ...(options.role === undefined ? {} : { role: options.role }),
    services: (router) => {
      router.service(SiteService, { listSites: () => ({ sites: [SITE] }) });
      router.service(CameraService, { listCameras: () => ({ cameras: [CAMERA] }) });
      router.service(VisitService, {
        listVisits: () => ({ visits: [visit] }),
        getVisit: () => visit,
        explainVisit: () => ({ visit, explanations: options.explanations }),
      });
      router.service(CustomerService, {
        getCustomer: ({ customerId }) =>
          create(CustomerSchema, { customerId, number: BigInt(customerId.slice(-4)), displayName: customerId === uuid("4", 1) ? "Ada" : "" }),
        splitCustomer: (request) => {
          options.split?.(request);
          return create(CustomerSchema, { customerId: uuid("4", 77), number: 77n });
        },
      });
    },
  });
}

it("tells the score, the thresholds that held, who came second and what was measured", async () => {
  open({ explanations: [explanationOf(1, NOON)] });
  const why = await screen.findByTestId("why");
  expect(within(why).getByText("Recognised")).toBeDefined();
  expect(within(why).getByRole("img", { name: /Best 0\.71.*same from 0\.52, new below 0\.42/ })).toBeDefined();
  expect((await within(why).findByRole("link", { name: "Ada" })).getAttribute("href")).toBe(`/customers/${uuid("4", 1)}`);
  const second = await within(why).findByRole("link", { name: "Visitor 2" });
  expect(second.closest("dd")?.textContent).toBe("Visitor 2, 0.38");
  expect(within(why).getByRole("link", { name: "Everything about this person" }).getAttribute("href")).toBe(`/customers/${uuid("4", 1)}`);
  expect(within(why).getByText("0.33 (at least 0.04)")).toBeDefined();
  expect(within(why).getByText("sface-2021dec-int8")).toBeDefined();
  const sharpness = within(why).getByRole("row", { name: /Sharpness/ });
  expect(sharpness.textContent).toBe("Sharpness0.440.25 ✓reached0.50 ✗not reached");
  expect(within(why).getByText("at most 1 h")).toBeDefined();
});

it("leads from staff to their own page", async () => {
  const { candidates } = explanationOf(1, NOON);
  open({ explanations: [explanationOf(1, NOON, { outcome: "staff", isStaff: true, candidates: candidates.map((each) => ({ ...each, isStaff: true })) })] });
  const why = await screen.findByTestId("why");
  expect((await within(why).findByRole("link", { name: "Ada (staff)" })).getAttribute("href")).toBe(`/staff/${uuid("4", 1)}`);
  expect(within(why).getByRole("link", { name: "This staff member's page" }).getAttribute("href")).toBe(`/staff/${uuid("4", 1)}`);
  expect(within(why).queryByRole("link", { name: "All visits of this person" })).toBeNull();
});

it("shows each sighting of the visit, the newest first", async () => {
  open({
    explanations: [
      explanationOf(2, NOON + 60_000),
      explanationOf(1, NOON, { rule: "new", outcome: "new", candidates: [] }),
    ],
  });
  await screen.findByText("Recognised");
  await userEvent.selectOptions(screen.getByLabelText("Sighting"), uuid("8", 1));
  expect(await screen.findByText("New person")).toBeDefined();
});

it("splits one sighting off, once, after asking", async () => {
  const split = vi.fn();
  open({ explanations: [explanationOf(1, NOON)], split });
  await userEvent.click(await screen.findByText("Not this person"));
  expect(split).not.toHaveBeenCalled();
  await userEvent.click(screen.getByText("It is somebody else"));
  expect((await screen.findByRole("link", { name: "Visitor 77" })).getAttribute("href")).toBe(`/visits?customer=${uuid("4", 77)}`);
  expect(split).toHaveBeenCalledOnce();
  expect(split).toHaveBeenCalledWith(
    expect.objectContaining({ customerId: uuid("4", 1), trackIds: [uuid("9", 1)], requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string }),
  );
});

it("says why a sighting cannot go", async () => {
  open({
    explanations: [explanationOf(1, NOON)],
    split: () => {
      throw refusal(Code.InvalidArgument, "INVALID_FIELD", { fields: { "": "at least one sighting has to remain" } });
    },
  });
  await userEvent.click(await screen.findByText("Not this person"));
  await userEvent.click(screen.getByText("It is somebody else"));
  expect(await screen.findByText("at least one sighting has to remain")).toBeDefined();
});

it("offers no split to who may not do it", async () => {
  open({ explanations: [explanationOf(1, NOON)], role: Role.SITE_MANAGER });
  await screen.findByTestId("why");
  expect(screen.queryByText("Not this person")).toBeNull();
});

it("says when it was too long ago to be known", async () => {
  open({ explanations: [] });
  expect(await screen.findByText(/kept for 30 days/)).toBeDefined();
});
