import { expect, it } from "vitest";

import { safeReturnPath } from "./guard";

it.each([
  [null, "/live"],
  ["", "/live"],
  ["/visits?kind=new", "/visits?kind=new"],
  ["https://evil.example/", "/live"],
  ["//evil.example/", "/live"],
  ["/\\evil.example/", "/live"],
])("after signing in, %o leads to %o", (next, path) => {
  expect(safeReturnPath(next)).toBe(path);
});
