import { Code, ConnectError } from "@connectrpc/connect";
import { expect, it } from "vitest";

import { ErrorReason } from "../../api/gen/footfall/v1/error_reason_pb";
import { measuredText, refusalOf } from "./refusal";

it.each([
  [ErrorReason.FACE_TOO_SMALL, { measured: "31.96", needed: "32" }, "31 pixels between the eyes; at least 32 are needed."],
  [ErrorReason.FACE_BLURRED, { measured: "0.499", needed: "0.5" }, "Sharpness 49 %; at least 50 % is needed."],
  [ErrorReason.FACE_TOO_TURNED, { measured: "41.2", needed: "35" }, "Turned by 41°; at most 35° can be used."],
  [ErrorReason.SEVERAL_FACES, { measured: "2" }, "2 faces were found."],
  [ErrorReason.PICTURE_TOO_LARGE, { measured: "48000000", needed: "40000000" }, "48 megapixels; at most 40 are read."],
  [ErrorReason.LOOKS_LIKE_OTHER_STAFF, { score: "0.7123", threshold: "0.55" }, "Likeness 0.71; from 0.55 on it is taken for the same person."],
])("says what was measured (reason %d)", (reason, metadata: Record<string, string>, words) => {
  expect(measuredText({ reason, metadata })).toBe(words);
});

it("says no numbers that it does not have", () => {
  expect(measuredText({ reason: ErrorReason.FACE_TOO_SMALL, metadata: {} })).toBeUndefined();
  expect(measuredText({ reason: ErrorReason.FACE_BLURRED, metadata: { measured: "", needed: "much" } })).toBeUndefined();
  expect(measuredText({ reason: ErrorReason.NO_FACE, metadata: { measured: "0.1" } })).toBeUndefined();
});

it("offers another try only where it may help", () => {
  expect(refusalOf(new ConnectError("away", Code.Unavailable)).transient).toBe(true);
  expect(refusalOf(new ConnectError("no", Code.InvalidArgument)).transient).toBe(false);
  expect(refusalOf(new DOMException("cannot decode", "InvalidStateError"))).toMatchObject({
    title: "The browser cannot read this picture",
    transient: false,
  });
});
