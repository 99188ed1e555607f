import { expect, it } from "vitest";

import { sizeText } from "./sizeText";
import { ZIP_BYTES_MAX, zipFaultOf } from "./zipFile";

const file = (name: string, size: number) => ({ name, size });

it.each([
  [[file("Staff.ZIP", 10)], undefined],
  [[file("staff.zip", ZIP_BYTES_MAX)], undefined],
  [[file("staff.zip", ZIP_BYTES_MAX + 1)], "large"],
  [[file("staff.zip", 0)], "empty"],
  [[file("staff.rar", 10)], "type"],
  [[file("zip", 10)], "type"],
  [[file("a.zip", 10), file("b.zip", 10)], "several"],
  [[], "several"],
])("tells what cannot be imported before it is sent (%j)", (files, fault) => {
  expect(zipFaultOf(files)).toBe(fault);
});

it("goes on only with a file of the size that was begun with", () => {
  expect(zipFaultOf([file("staff.zip", 10)], 10)).toBeUndefined();
  expect(zipFaultOf([file("staff.zip", 11)], 10)).toBe("other");
});

it("says sizes in the unit of the bounds, and never that there is nothing", () => {
  expect([1, 1024, 1_500_000, ZIP_BYTES_MAX].map(sizeText)).toEqual(["1 KiB", "1 KiB", "1.4 MiB", "256 MiB"]);
});
