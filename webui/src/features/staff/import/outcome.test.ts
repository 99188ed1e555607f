import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect, it } from "vitest";

import { StaffImportFault, type StaffImportItem, StaffImportItemSchema } from "../../../api/gen/footfall/v1/staff_import_service_pb";
import { FaceVerdict } from "../../../api/gen/footfall/v1/staff_service_pb";
import { matching, readFilters, writeFilters } from "./filters";
import { outcomeKey, outcomeOf, reasonsOf, summaryOf } from "./outcome";

function item(values: MessageInitShape<typeof StaffImportItemSchema>): StaffImportItem {
  return create(StaffImportItemSchema, values);
}

const ENROLLED = item({ fileName: "a/1.jpg", verdict: FaceVerdict.ACCEPTED, personCreated: true });
const BLURRED = item({ fileName: "a/2.jpg", verdict: FaceVerdict.BLURRED, measured: 0.31, needed: 0.5 });
const NO_PICTURE = item({ row: 4, staffId: "x", personCreated: true, fault: StaffImportFault.NO_PICTURE });
const UNUSED = item({ fileName: "notes.txt", fault: StaffImportFault.UNUSED });

it("says of a picture what is said of one that is added by hand, with the figures", () => {
  expect(outcomeOf(BLURRED, "import")).toMatchObject({
    tone: "bad",
    title: "The face is not sharp",
    hint: "Hold still, and clean the lens.",
    measured: "Sharpness 31 %; at least 50 % is needed.",
  });
  const alike = item({ verdict: FaceVerdict.LOOKS_LIKE_OTHER_STAFF, measured: 0.7123, needed: 0.55 });
  expect(outcomeOf(alike, "import").measured).toBe("Likeness 0.71; from 0.55 on it is taken for the same person.");
  const many = item({ verdict: FaceVerdict.TOO_MANY_FACES, needed: 20 });
  expect(outcomeOf(many, "import").measured).toBe("A person may have 20 pictures.");
});

it("has words for every verdict and every fault", () => {
  const verdicts = Object.values(FaceVerdict).filter((value) => typeof value === "number");
  const faults = Object.values(StaffImportFault).filter((value) => typeof value === "number");
  const outcomes = [
    ...verdicts.filter((verdict) => verdict !== FaceVerdict.UNSPECIFIED).map((verdict) => outcomeOf(item({ verdict }), "import")),
    ...faults.filter((fault) => fault !== StaffImportFault.UNSPECIFIED).map((fault) => outcomeOf(item({ fault }), "import")),
  ];
  expect(outcomes).toHaveLength(verdicts.length + faults.length - 2);
  expect(new Set(outcomes.map(({ key }) => key)).size, "no verdict has the key of a fault").toBe(outcomes.length);
  expect(new Set(outcomes.map(({ title }) => title)).size).toBe(outcomes.length);
  for (const { tone, hint } of outcomes) expect(hint === "").toBe(tone === "good");
});

it("does not say of a check that somebody was enrolled", () => {
  expect(outcomeOf(ENROLLED, "import").title).toBe("Enrolled");
  expect(outcomeOf(ENROLLED, "check").title).toBe("Can be enrolled");
});

it("names the column whose value cannot be used", () => {
  expect(outcomeOf(item({ row: 3, fault: StaffImportFault.INVALID, column: "email" }), "import").measured).toBe("Column email.");
});

it("counts as the core does", () => {
  expect(summaryOf([ENROLLED, BLURRED, NO_PICTURE, UNUSED])).toEqual({ enrolled: 1, refused: 1, failed: 2, peopleCreated: 2 });
});

it("puts the most frequent reason first", () => {
  expect(reasonsOf([ENROLLED, UNUSED, BLURRED, BLURRED], "import").map(({ key, count }) => [key, count])).toEqual([
    ["blurred", 2],
    ["unused", 1],
  ]);
});

it("keeps what the address asks for, and takes nonsense for no filter", () => {
  const all = [ENROLLED, BLURRED, NO_PICTURE, UNUSED];
  const shown = (search: string) => matching(all, readFilters(new URLSearchParams(search)));
  expect(shown("")).toEqual(all);
  expect(shown("show=taken&reason=blurred")).toEqual([ENROLLED]);
  expect(shown("show=refused")).toEqual([BLURRED, NO_PICTURE, UNUSED]);
  expect(shown(`show=refused&reason=${outcomeKey(UNUSED)}`)).toEqual([UNUSED]);
  expect(shown("show=refused&reason=%3Cb%3E")).toEqual([BLURRED, NO_PICTURE, UNUSED]);
  expect(shown("show=everything&reason=blurred")).toEqual(all);
  expect(writeFilters({ show: "refused", reason: "blurred" }).toString()).toBe("show=refused&reason=blurred");
});
