import { createClient } from "@connectrpc/connect";
import { useEffect, useMemo, useSyncExternalStore } from "react";

import { useBackend } from "../../api/backend";
import { CameraControlService } from "../../api/gen/footfall/v1/camera_control_service_pb";
import { Preview, type PreviewState } from "./preview";

/** The live picture of a camera while it is wanted and the tab is looked at. */
export function usePreview(cameraId: string, wanted: boolean): PreviewState {
  const { transport } = useBackend();
  const preview = useMemo(
    () => new Preview({ client: createClient(CameraControlService, transport), cameraId }),
    [transport, cameraId],
  );
  useEffect(() => {
    const follow = () => {
      if (wanted && document.visibilityState === "visible") preview.start();
      else preview.pause();
    };
    follow();
    document.addEventListener("visibilitychange", follow);
    return () => {
      document.removeEventListener("visibilitychange", follow);
      preview.pause();
    };
  }, [preview, wanted]);
  useEffect(
    () => () => {
      preview.close();
    },
    [preview],
  );
  return useSyncExternalStore(preview.subscribe, preview.state);
}
