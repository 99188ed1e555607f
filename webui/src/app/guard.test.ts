import { expect, it } from "vitest";

import { safeReturnPath } from "./guard";

it.each([
  [null, "/"],
  ["", "/"],
  ["/visits?kind=new", "/visits?kind=new"],
  ["https://evil.example/", "/"],
  ["//evil.example/", "/"],
  ["/\\evil.example/", "/"],
])("after signing in, %o leads to %o", (next, path) => {
  expect(safeReturnPath(next)).toBe(path);
});
