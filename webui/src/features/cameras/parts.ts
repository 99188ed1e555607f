import type { Camera } from "../../api/gen/footfall/v1/camera_service_pb";
import { isSame } from "../../components/overlay/zones";
import { zonesOf } from "./zonesOf";

/** What one form of a camera's page is about: each is saved for itself, and leaves what the others are about alone. */
export type CameraPart = "connection" | "picture" | "zones";

/** Whether somebody saved another value of this part. */
export function differs(part: CameraPart, a: Camera, b: Camera): boolean {
  switch (part) {
    case "connection":
      return a.displayName !== b.displayName || a.sourceUrl !== b.sourceUrl || a.enabled !== b.enabled;
    case "picture":
      return (
        (a.settings?.detectWidth ?? 0) !== (b.settings?.detectWidth ?? 0) ||
        (a.settings?.idleFps ?? 0) !== (b.settings?.idleFps ?? 0) ||
        (a.settings?.imagePolicy ?? 0) !== (b.settings?.imagePolicy ?? 0) ||
        (a.settings?.anonymous ?? false) !== (b.settings?.anonymous ?? false)
      );
    case "zones":
      return !isSame(zonesOf(a.settings), zonesOf(b.settings));
  }
}
