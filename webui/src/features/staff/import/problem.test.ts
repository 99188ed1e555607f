import { Code } from "@connectrpc/connect";
import { expect, it } from "vitest";

import { toAppError } from "../../../api/errors";
import { refusal } from "../../../testing/renderConsole";
import { problemOf } from "./problem";

function problem(metadata: Record<string, string>) {
  return problemOf(toAppError(refusal(Code.FailedPrecondition, "STAFF_IMPORT_UNREADABLE", { metadata })));
}

/** As docs/api.md lists them. */
const PROBLEMS = [
  "not_a_zip",
  "empty",
  "too_many_files",
  "several_sheets",
  "sheet_unreadable",
  "sheet_too_large",
  "sheet_empty",
  "sheet_encoding",
  "sheet_damaged",
  "sheet_too_many_rows",
  "sheet_column_twice",
  "sheet_names_nobody",
];

it("says of each problem what it is and what to do", () => {
  const said = PROBLEMS.map((name) => problem({ problem: name }));
  expect(new Set(said.map(({ title }) => title)).size).toBe(PROBLEMS.length);
  expect(said.map(({ title }) => title)).not.toContain("This file cannot be imported");
  expect(said.every(({ hint, unreadable }) => hint !== "" && unreadable)).toBe(true);
});

it("says where in the CSV file it is", () => {
  expect(problem({ problem: "sheet_encoding", row: "12" }).hint).toMatch(/^Row 12\. Save it/);
  expect(problem({ problem: "sheet_column_twice", row: "1", column: "email" }).hint).toMatch(/^Row 1, column email\. Keep/);
});

it("falls back to the words of the reason for a problem that came later, and for other errors", () => {
  expect(problem({ problem: "sheet_haunted" })).toMatchObject({ title: "This file cannot be imported", unreadable: true });
  const gone = problemOf(toAppError(refusal(Code.NotFound, "STAFF_IMPORT_NOT_FOUND")));
  expect(gone).toMatchObject({ title: "This import does not exist any more", unreadable: false });
});
