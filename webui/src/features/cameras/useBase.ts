import { useState } from "react";

import type { Camera } from "../../api/gen/footfall/v1/camera_service_pb";

/** The camera as it was when its form was filled: what is read later does not take away what is being typed. */
export function useBase(camera: Camera): [Camera, (camera: Camera) => void] {
  return useState(camera);
}
