import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";

import { Role } from "../../../api/gen/footfall/v1/auth_service_pb";
import { SiteService } from "../../../api/gen/footfall/v1/site_service_pb";
import {
  type BeginStaffImportRequest,
  RunStaffImportResponseSchema,
  type StaffImport,
  StaffImportFault,
  StaffImportItemSchema,
  StaffImportSchema,
  StaffImportService,
  StaffImportState,
} from "../../../api/gen/footfall/v1/staff_import_service_pb";
import { FaceVerdict, StaffService } from "../../../api/gen/footfall/v1/staff_service_pb";
import { refusal, renderConsole } from "../../../testing/renderConsole";
import { SITE, uuid } from "../../../testing/shop";
import { staffOf } from "../../../testing/staff";

const IMPORT_ID = uuid("8", 1);
const HOUR_MS = 3_600_000;
const OTHER_SITE = { ...SITE, siteId: uuid("1", 2), displayName: "Old Town" };
const ITEMS = [
  create(StaffImportItemSchema, { fileName: "ann/1.jpg", staffId: staffOf(9).staffId, personCreated: true, verdict: FaceVerdict.ACCEPTED }),
  create(StaffImportItemSchema, { fileName: "ann/2.jpg", staffId: staffOf(9).staffId, verdict: FaceVerdict.BLURRED, measured: 0.31, needed: 0.5 }),
  create(StaffImportItemSchema, { fileName: "notes.txt", fault: StaffImportFault.UNUSED }),
];

function importOf(values: Partial<StaffImport> = {}): StaffImport {
  return {
    ...create(StaffImportSchema, {
      importId: IMPORT_ID,
      state: StaffImportState.FINISHED,
      sizeBytes: 10n,
      partSizeBytes: 4,
      createTime: timestampFromMs(Date.now() - HOUR_MS),
      expireTime: timestampFromMs(Date.now() + 23 * HOUR_MS + 1),
      items: ITEMS,
      total: ITEMS.length,
      summary: { enrolled: 1, refused: 1, failed: 1, peopleCreated: 1 },
    }),
    ...values,
  };
}

/** A core with one import. */
function open(path: string, options: { first?: StaffImport; role?: Role; sites?: (typeof SITE)[] } = {}) {
  const { first, role = Role.TENANT_ADMIN, sites = [SITE, OTHER_SITE] } = options;
  let known = first;
  const calls = { begin: [] as BeginStaffImportRequest[], offsets: [] as number[], runs: [] as boolean[], deleted: [] as string[] };
  const get = () => {
    if (!known) throw refusal(Code.NotFound, "STAFF_IMPORT_NOT_FOUND");
    return known;
  };
  const rendered = renderConsole({
    path,
    role,
    services: (router) => {
      router.service(SiteService, { listSites: () => ({ sites }) });
      router.service(StaffService, { getStaff: ({ staffId }) => staffOf(9, { staffId }), listStaff: () => ({}) });
      router.service(StaffImportService, {
        beginStaffImport: (request) => {
          calls.begin.push(request);
          known = importOf({ state: StaffImportState.UPLOADING, items: [], total: 0, missingOffsets: [0n, 4n, 8n], sizeBytes: request.sizeBytes });
          return known;
        },
        uploadStaffImportPart: ({ offset }) => {
          calls.offsets.push(Number(offset));
          const missingOffsets = get().missingOffsets.filter((missing) => missing !== offset);
          known = { ...get(), missingOffsets, state: missingOffsets.length === 0 ? StaffImportState.READY : StaffImportState.UPLOADING };
          return {};
        },
        getStaffImport: get,
        listStaffImports: () => ({ imports: known ? [{ ...known, items: [] }] : [] }),
        deleteStaffImport: ({ importId }) => {
          calls.deleted.push(importId);
          known = undefined;
          return {};
        },
        runStaffImport: async function* ({ validateOnly }) {
          calls.runs.push(validateOnly);
          const total = ITEMS.length;
          yield create(RunStaffImportResponseSchema, { total });
          for (const [at, item] of ITEMS.entries()) yield create(RunStaffImportResponseSchema, { total, done: at + 1, item });
          if (!validateOnly) known = importOf();
          yield create(RunStaffImportResponseSchema, { total, done: total, summary: {} });
        },
      });
    },
  });
  return { ...rendered, calls };
}

const ZIP = new File(["0123456789"], "staff.zip", { type: "application/zip" });

it("is led to from the staff", async () => {
  open("/staff");
  await userEvent.click(await screen.findByRole("link", { name: "Import" }));
  expect(await screen.findByRole("heading", { name: "Import staff", level: 1 })).toBeDefined();
  expect(await screen.findByTestId("drop-zone")).toBeDefined();
});

it("uploads the file and checks it, and imports it when that is wanted", async () => {
  const { calls, router } = open("/staff/import");
  await userEvent.upload(await screen.findByTestId("file-input"), ZIP);
  await userEvent.click(screen.getByRole("checkbox", { name: "Harbour Street" }));
  await userEvent.click(screen.getByRole("button", { name: "Upload" }));
  expect(await screen.findByText("Checked: nobody was added yet")).toBeDefined();
  expect(router.state.location.pathname).toBe(`/staff/import/${IMPORT_ID}`);
  expect(calls.begin[0]).toMatchObject({ sizeBytes: 10n, siteIds: [SITE.siteId] });
  expect(calls.offsets).toEqual([0, 4, 8]);
  expect(calls.runs).toEqual([true]);
  await userEvent.click(screen.getByRole("button", { name: "Import now" }));
  expect(await screen.findByText("Imported")).toBeDefined();
  expect(calls.runs).toEqual([true, false]);
});

it("asks a site manager where new people work", async () => {
  const { calls } = open("/staff/import", { role: Role.SITE_MANAGER });
  await userEvent.upload(await screen.findByTestId("file-input"), ZIP);
  await userEvent.click(screen.getByRole("button", { name: "Upload" }));
  expect((await screen.findByText("Choose where they work.")).getAttribute("role")).toBe("alert");
  expect(calls.begin).toEqual([]);
});

it("takes a site manager's only site", async () => {
  const { calls } = open("/staff/import", { role: Role.SITE_MANAGER, sites: [SITE] });
  await userEvent.upload(await screen.findByTestId("file-input"), ZIP);
  await waitFor(() => {
    expect(screen.getByRole<HTMLInputElement>("checkbox", { name: "Harbour Street" }).checked).toBe(true);
  });
  await userEvent.click(screen.getByRole("button", { name: "Upload" }));
  await waitFor(() => {
    expect(calls.begin[0]).toMatchObject({ siteIds: [SITE.siteId] });
  });
});

it("sends nothing of a file that is no zip file", async () => {
  const { calls } = open("/staff/import");
  await userEvent.upload(await screen.findByTestId("file-input"), new File(["x"], "staff.rar"), { applyAccept: false });
  expect((await screen.findByRole("alert")).textContent).toContain("This is no zip file");
  expect(screen.queryByRole("button", { name: "Upload" })).toBeNull();
  expect(calls.begin).toEqual([]);
});

it("lists imports with what came of them, and deletes one after asking", async () => {
  const { calls } = open("/staff/import", { first: importOf() });
  const table = within(await screen.findByRole("table"));
  expect(table.getByText("1 h ago")).toBeDefined();
  expect(table.getByText("Finished")).toBeDefined();
  expect(table.getByText("1 taken, 2 not")).toBeDefined();
  await userEvent.click(table.getByRole("button", { name: "Delete the import begun 1 h ago" }));
  expect(calls.deleted).toEqual([]);
  await userEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Delete" }));
  expect(await screen.findByText("No imports")).toBeDefined();
  expect(calls.deleted).toEqual([IMPORT_ID]);
});

it("shows a finished import without running anything: the counts, the reasons, the people", async () => {
  const { calls } = open(`/staff/import/${IMPORT_ID}`, { first: importOf() });
  const results = within(await screen.findByTestId("results"));
  const count = (label: string) => results.getByText(label, { selector: "dt" }).nextElementSibling?.textContent;
  expect([count("Enrolled"), count("Pictures refused"), count("Rows and files not used"), count("New people")]).toEqual(["1", "1", "1", "1"]);
  const rows = () => within(results.getByRole("table")).getAllByRole("row").slice(1);
  const places = () => rows().map((row) => within(row).getAllByRole("cell")[0]?.textContent);
  expect(places()).toEqual(["ann/1.jpg", "ann/2.jpg", "notes.txt"]);
  const [person] = await within(rows()[0]!).findAllByRole("link", { name: "Member 9" });
  expect(person?.getAttribute("href")).toBe(`/staff/${staffOf(9).staffId}`);
  expect(within(rows()[1]!).getByText("Sharpness 31 %; at least 50 % is needed.")).toBeDefined();
  await userEvent.click(results.getByRole("button", { name: "The face is not sharp: 1" }));
  await waitFor(() => {
    expect(places()).toEqual(["ann/2.jpg"]);
  });
  await userEvent.click(results.getByRole("button", { name: "Taken 1" }));
  await waitFor(() => {
    expect(places()).toEqual(["ann/1.jpg"]);
  });
  expect(calls.runs).toEqual([]);
});

it("runs nothing by itself when it is opened by its address", async () => {
  const { calls } = open(`/staff/import/${IMPORT_ID}`, { first: importOf({ state: StaffImportState.READY, items: ITEMS.slice(0, 1) }) });
  expect(await screen.findByText("Stopped after 1 of 3")).toBeDefined();
  expect(calls.runs).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Go on" }));
  expect(await screen.findByText("Imported")).toBeDefined();
  expect(calls.runs).toEqual([false]);
});

it("sends the rest of a file whose upload broke off, and of no other file", async () => {
  const first = importOf({ state: StaffImportState.UPLOADING, items: [], total: 0, missingOffsets: [8n] });
  const { calls } = open(`/staff/import/${IMPORT_ID}`, { first });
  await userEvent.upload(await screen.findByTestId("file-input"), new File(["another one"], "staff.zip"));
  expect((await screen.findByRole("alert")).textContent).toContain("This is another file");
  await userEvent.upload(screen.getByTestId("file-input"), ZIP);
  expect(await screen.findByText("The file is here")).toBeDefined();
  expect(calls.offsets).toEqual([8]);
});

it("says of an import that is gone that it is, and offers no way to go on with it", async () => {
  open(`/staff/import/${IMPORT_ID}`);
  expect((await screen.findByRole("alert")).textContent).toContain("This import does not exist any more");
  expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
});
