import { create } from "@bufbuild/protobuf";

import {
  type CameraSettings,
  CameraSettingsSchema,
  EntryLineSchema,
  PolygonSchema,
  type RelativePoint,
  RelativePointSchema,
} from "../../api/gen/footfall/v1/camera_settings_pb";
import type { Point, Zones } from "../../components/overlay/zones";

/** The shapes of a camera's settings. */
export function zonesOf(settings: CameraSettings | undefined): Zones {
  const line = settings?.entryLine;
  return {
    masks: (settings?.masks ?? []).map(({ corners }) => corners.map(pointOf)),
    line: line?.start && line.end ? { start: pointOf(line.start), end: pointOf(line.end) } : undefined,
  };
}

/** The settings with other shapes. */
export function withZones(settings: CameraSettings, { masks, line }: Zones): CameraSettings {
  const changed = create(CameraSettingsSchema, {
    ...settings,
    masks: masks.map((corners) => create(PolygonSchema, { corners: corners.map(relative) })),
  });
  if (line) changed.entryLine = create(EntryLineSchema, { start: relative(line.start), end: relative(line.end) });
  else delete changed.entryLine;
  return changed;
}

function pointOf({ x, y }: RelativePoint): Point {
  return { x, y };
}

function relative({ x, y }: Point): RelativePoint {
  return create(RelativePointSchema, { x, y });
}
