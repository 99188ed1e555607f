import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";

import { toAppError } from "../../api/errors";
import { type Camera, CameraService } from "../../api/gen/footfall/v1/camera_service_pb";
import { type Site, SiteService } from "../../api/gen/footfall/v1/site_service_pb";
import { CAMERAS_KEY, SITES_KEY } from "../../api/hooks";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { Sheet } from "../../components/overlay/Sheet";
import { t } from "./texts";

/** Asks before a site goes. */
export function DeleteSiteDialog(props: { site: Site; onClose: () => void }) {
  const { site, onClose } = props;
  const queries = useQueryClient();
  const deletion = useMutation(SiteService.method.deleteSite, {
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: SITES_KEY });
      onClose();
    },
  });
  return (
    <DeleteDialog
      name={site.displayName}
      note={t("deleteSiteNote")}
      busy={deletion.isPending}
      error={deletion.error}
      onClose={onClose}
      onDelete={() => {
        deletion.mutate({ siteId: site.siteId });
      }}
    />
  );
}

/** Asks before a camera goes. */
export function DeleteCameraDialog(props: { camera: Camera; onClose: () => void }) {
  const { camera, onClose } = props;
  const queries = useQueryClient();
  const deletion = useMutation(CameraService.method.deleteCamera, {
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: CAMERAS_KEY });
      onClose();
    },
  });
  return (
    <DeleteDialog
      name={camera.displayName}
      note={t("deleteCameraNote")}
      busy={deletion.isPending}
      error={deletion.error}
      onClose={onClose}
      onDelete={() => {
        deletion.mutate({ cameraId: camera.cameraId });
      }}
    />
  );
}

function DeleteDialog(props: {
  name: string;
  note: string;
  busy: boolean;
  error: Error | null;
  onDelete: () => void;
  onClose: () => void;
}) {
  const { name, note, busy, error, onDelete, onClose } = props;
  const failure = error ? toAppError(error) : undefined;
  return (
    <Sheet title={t("deleteQuestion", { name })} shape="middle" onClose={onClose}>
      <div className="space-y-4">
        <p>{note}</p>
        {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} />}
        <div className="flex justify-end gap-3">
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="primary" danger loading={busy} onClick={onDelete}>
            {t("delete")}
          </Button>
        </div>
      </div>
    </Sheet>
  );
}
