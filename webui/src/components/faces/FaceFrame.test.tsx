import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";

import { activate } from "../../i18n/active";
import { pack } from "../../i18n/vi";
import { FaceFrame } from "./FaceFrame";

it.each([
  ["none", "No image yet", "Chưa có hình"],
  ["loading", "Image is loading", "Đang tải hình"],
  ["failed", "Image is not available", "Không có hình"],
] as const)("says in the reader's language why there is no face: %s", (status, english, vietnamese) => {
  const { rerender } = render(<FaceFrame status={status} url={undefined} alt="" />);
  expect(screen.getByRole("img", { name: english })).toBeDefined();
  activate("vi", pack.catalogues);
  rerender(<FaceFrame status={status} url={undefined} alt="" />);
  expect(screen.getByRole("img", { name: vietnamese })).toBeDefined();
});
