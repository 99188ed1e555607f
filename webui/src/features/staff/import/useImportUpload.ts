import { createClient } from "@connectrpc/connect";
import { useEffect, useMemo, useSyncExternalStore } from "react";

import { useBackend } from "../../../api/backend";
import { StaffImportService } from "../../../api/gen/footfall/v1/staff_import_service_pb";
import { ImportUpload, type UploadState } from "./importUpload";
import { useWake } from "./useWake";

/** The upload of this page; it ends with it. */
export function useImportUpload(): [UploadState, ImportUpload] {
  const { transport } = useBackend();
  const upload = useMemo(() => new ImportUpload({ client: createClient(StaffImportService, transport) }), [transport]);
  useEffect(
    () => () => {
      upload.cancel();
    },
    [upload],
  );
  useWake(upload);
  return [useSyncExternalStore(upload.subscribe, upload.state), upload];
}
