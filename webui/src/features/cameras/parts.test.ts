import { create } from "@bufbuild/protobuf";
import { expect, it } from "vitest";

import { CameraSettingsSchema } from "../../api/gen/footfall/v1/camera_settings_pb";
import type { Camera } from "../../api/gen/footfall/v1/camera_service_pb";
import { CAMERA } from "../../testing/shop";
import { type CameraPart, differs } from "./parts";
import { withZones, zonesOf } from "./zonesOf";

const PARTS: readonly CameraPart[] = ["connection", "picture", "zones"];
const NOTHING = create(CameraSettingsSchema);
const LINE = { start: { x: 0, y: 0.5 }, end: { x: 1, y: 0.5 } };
const CORNERS = [
  { x: 0.25, y: 0.25 },
  { x: 0.5, y: 0.25 },
  { x: 0.5, y: 0.5 },
];

const told = (changed: Partial<Camera>) => PARTS.filter((part) => differs(part, { ...CAMERA, ...changed }, CAMERA));

it("finds a change in the part that it was made in, and in no other", () => {
  expect(told({})).toEqual([]);
  expect(told({ settings: NOTHING }), "no settings and empty ones are the same").toEqual([]);
  expect(told({ displayName: "Back door" })).toEqual(["connection"]);
  expect(told({ settings: { ...NOTHING, idleFps: 2 } })).toEqual(["picture"]);
  expect(told({ settings: withZones(NOTHING, { masks: [CORNERS], line: undefined }) })).toEqual(["zones"]);
});

it("puts shapes into the settings, takes them out again, and leaves the rest", () => {
  const before = { ...NOTHING, detectWidth: 960 };
  const drawn = withZones(before, { masks: [CORNERS], line: LINE });
  expect(zonesOf(drawn)).toEqual({ masks: [CORNERS], line: LINE });
  expect(drawn.detectWidth).toBe(960);
  expect(withZones(drawn, { masks: [], line: undefined }).entryLine).toBeUndefined();
});
