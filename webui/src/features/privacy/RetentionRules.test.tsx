import { create } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";

import { Role } from "../../api/gen/footfall/v1/auth_service_pb";
import { CameraService } from "../../api/gen/footfall/v1/camera_service_pb";
import { ErasureService } from "../../api/gen/footfall/v1/erasure_service_pb";
import { OptOutService } from "../../api/gen/footfall/v1/opt_out_service_pb";
import {
  type Retention,
  RetentionPeriodSchema,
  RetentionSchema,
  RetentionService,
  RetentionSource,
  type SiteRetention,
  SiteRetentionSchema,
} from "../../api/gen/footfall/v1/retention_service_pb";
import { SiteSchema, SiteService } from "../../api/gen/footfall/v1/site_service_pb";
import { refusal, renderConsole } from "../../testing/renderConsole";
import { SITE, uuid } from "../../testing/shop";
import { changesOf, daysOf, type Held, retentionFaults, shortenedBy } from "./retentionForm";

const OLD_TOWN = create(SiteSchema, { ...SITE, siteId: uuid("1", 2), displayName: "Old Town" });

const period = (days: number, source: RetentionSource, defaultDays: number, maxDays: number) =>
  create(RetentionPeriodSchema, { days, source, defaultDays, maxDays });

const ofSite = (siteId: string, imageDays: number, etag: string): SiteRetention =>
  create(SiteRetentionSchema, {
    siteId,
    imageDays,
    images: period(imageDays || 20, imageDays === 0 ? RetentionSource.TENANT : RetentionSource.SITE, 30, 30),
    etag,
  });

const tenant = (overrides: Partial<Retention> = {}): Retention => ({
  ...create(RetentionSchema, {
    imageDays: 20,
    images: period(20, RetentionSource.TENANT, 30, 30),
    templates: period(365, RetentionSource.INSTALLATION, 365, 730),
    sites: [ofSite(SITE.siteId, 7, "site-1")],
    etag: "tenant-1",
  }),
  ...overrides,
});

interface Asked {
  readonly siteId?: string;
  readonly days: readonly number[];
  readonly etag: string;
  readonly paths: readonly string[];
}

/** Opens the page; `refuse` may say no to what is saved. */
async function open(refuse: (asked: Asked) => void = () => undefined) {
  const asked: Asked[] = [];
  let held = tenant();
  renderConsole({
    path: "/privacy",
    role: Role.TENANT_ADMIN,
    services: (core) => {
      core.service(SiteService, { listSites: () => ({ sites: [SITE, OLD_TOWN] }) });
      core.service(CameraService, { listCameras: () => ({}) });
      core.service(ErasureService, { listErasures: () => ({}) });
      core.service(OptOutService, { listOptOuts: () => ({}) });
      core.service(RetentionService, {
        getRetention: () => held,
        updateRetention: ({ retention, updateMask }) => {
          const { imageDays, templateDays, etag } = retention!;
          const said = { days: [imageDays, templateDays], etag, paths: updateMask?.paths ?? [] };
          asked.push(said);
          refuse(said);
          held = tenant({ imageDays, images: period(imageDays || 30, RetentionSource.TENANT, 30, 30), etag: "tenant-2" });
          return held;
        },
        getSiteRetention: ({ siteId }) => ofSite(siteId, 0, "site-0"),
        updateSiteRetention: ({ siteRetention, updateMask }) => {
          const { siteId, imageDays, etag } = siteRetention!;
          const said = { siteId, days: [imageDays], etag, paths: updateMask?.paths ?? [] };
          asked.push(said);
          refuse(said);
          held = tenant({ sites: [...held.sites.filter((each) => each.siteId !== siteId), ofSite(siteId, imageDays, "site-2")] });
          return ofSite(siteId, imageDays, "site-2");
        },
      });
    },
  });
  const list = await screen.findByRole("list", { name: "How long pictures and faces are kept" });
  const edit = async (name: string) => {
    await userEvent.click(screen.getByRole("button", { name: `How long: ${name}` }));
    return within(await screen.findByRole("form", { name: `How long: ${name}` }));
  };
  return { asked, list, edit };
}

const PICTURES = "Days that pictures of faces are kept";
const FACES = "Days that a visitor is recognised after the last visit";

it("says how long things are kept everywhere, at each site, and who says so", async () => {
  const { list } = await open();
  const rows = within(list).getAllByRole("listitem");
  expect(rows.map((row) => [...row.querySelectorAll("p")].map((line) => line.textContent))).toEqual([
    [
      "All sites",
      "Pictures: 20 days (your own rule)",
      "Faces that visitors are recognised by, and names: 365 days (set by the operator)",
    ],
    ["Harbour Street", "Pictures: 7 days (the site's own rule)"],
    ["Old Town", "Pictures: 20 days, as all sites"],
  ]);
});

it("asks before it keeps less, says what goes, and sends what was changed alone", async () => {
  const { asked, list, edit } = await open();
  const form = await edit("All sites");
  await userEvent.clear(form.getByLabelText(PICTURES));
  await userEvent.type(form.getByLabelText(PICTURES), "5");
  await userEvent.click(form.getByRole("button", { name: "Save" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Keep it for a shorter time?" }));
  expect(dialog.getByText(/taken more than 5 days ago go, at every site without a rule of its own/)).toBeDefined();
  expect(dialog.queryByText(/are forgotten/), "faces are kept as long as before").toBeNull();
  await userEvent.click(dialog.getByRole("button", { name: "Cancel" }));
  expect(asked, "nothing was said yet").toEqual([]);
  const again = within(await screen.findByRole("form", { name: "How long: All sites" }));
  expect(again.getByLabelText(PICTURES), "what was typed is there").toHaveProperty("value", "5");
  await userEvent.type(again.getByLabelText(FACES), "90");
  await userEvent.click(again.getByRole("button", { name: "Save" }));
  expect(await screen.findByText(/more than 90 days are forgotten/)).toBeDefined();
  await userEvent.click(screen.getByRole("button", { name: "Delete what is over" }));
  expect(await within(list).findByText("Pictures: 5 days (your own rule)")).toBeDefined();
  expect(asked).toEqual([{ days: [5, 90], etag: "tenant-1", paths: ["image_days", "template_days"] }]);
});

it("does not ask before it keeps more", async () => {
  const { asked, list, edit } = await open();
  const form = await edit("Harbour Street");
  expect(form.queryByLabelText(FACES), "faces are the tenant's").toBeNull();
  await userEvent.clear(form.getByLabelText(PICTURES));
  await userEvent.click(form.getByRole("button", { name: "Save" }));
  expect((await within(list).findAllByText("Pictures: 20 days, as all sites")).length).toBeGreaterThan(0);
  expect(asked).toEqual([{ siteId: SITE.siteId, days: [0], etag: "site-1", paths: ["image_days"] }]);
});

it("takes no days that may not be said, and none at all for a change", async () => {
  const { asked, edit } = await open();
  const form = await edit("Old Town");
  for (const bad of ["31", "0", "ten", "1.5"]) {
    await userEvent.clear(form.getByLabelText(PICTURES));
    await userEvent.type(form.getByLabelText(PICTURES), bad);
    await userEvent.click(form.getByRole("button", { name: "Save" }));
    expect(form.getByText("Type a whole number from 1 to 30, or nothing."), bad).toBeDefined();
  }
  await userEvent.clear(form.getByLabelText(PICTURES));
  await userEvent.click(form.getByRole("button", { name: "Save" }));
  expect(screen.queryByRole("form")).toBeNull();
  expect(asked).toEqual([]);
});

it("tells whoever was slower, and reads what holds", async () => {
  const { asked, edit } = await open(() => {
    throw refusal(Code.Aborted, "ETAG_MISMATCH");
  });
  const form = await edit("Old Town");
  await userEvent.type(form.getByLabelText(PICTURES), "3");
  await userEvent.click(form.getByRole("button", { name: "Save" }));
  await userEvent.click(await screen.findByRole("button", { name: "Delete what is over" }));
  const alert = within(await screen.findByRole("alert"));
  await userEvent.click(alert.getByRole("button"));
  const back = within(await screen.findByRole("form", { name: "How long: Old Town" }));
  expect(await back.findByDisplayValue(""), "what the other one said").toBeDefined();
  expect(screen.queryByRole("alert")).toBeNull();
  expect(asked.map(({ etag }) => etag)).toEqual(["site-0"]);
});

const HELD: Held = {
  images: { own: 0, days: 20, otherwise: 20, most: 30 },
  templates: { own: 500, days: 500, otherwise: 365, most: 730 },
  etag: "x",
};

it("knows what is shortened, also by taking a rule back", () => {
  const after = (images: string, templates: string) => shortenedBy(changesOf({ images, templates }, HELD), HELD);
  expect(after("", "500")).toEqual({});
  expect(after("20", "501")).toEqual({});
  expect(after("19", "500")).toEqual({ images: 19 });
  expect(after("30", ""), "the operator keeps faces for less").toEqual({ templates: 365 });
  expect(changesOf({ images: "x", templates: "500" }, HELD)).toEqual({});
});

it("reads whole days within what is allowed", () => {
  expect([daysOf("", 30), daysOf("1", 30), daysOf("30", 30)]).toEqual([0, 1, 30]);
  for (const bad of ["0", "31", "-1", "1e1", "٣", "00031"]) expect(daysOf(bad, 30), bad).toBeUndefined();
  expect([...retentionFaults({ images: "31", templates: "731" }, HELD)]).toEqual(["images", "templates"]);
});
