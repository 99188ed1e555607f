import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { Switch } from "antd";
import { useState } from "react";

import { toAppError } from "../../api/errors";
import { type Camera, CameraService } from "../../api/gen/footfall/v1/camera_service_pb";
import { CAMERAS_KEY } from "../../api/hooks";
import { FormField } from "../../components/fields/FormField";
import { TextInput } from "../../components/fields/inputs";
import { EditorDrawer } from "../../components/overlay/EditorDrawer";
import { serverFault } from "./serverFault";
import { t } from "./texts";

const CAMERA_MASK = ["display_name", "source_url", "enabled"];
const SOURCE = /^(rtsps?:\/\/[^\s/]+.*|usb:[0-9]{1,3}|file:.+|synthetic:([0-9]{2,4}x[0-9]{2,4})?(@[0-9]{1,2})?)$/;

/** Adds a camera to a site, or changes one. */
export function CameraEditor(props: { camera: Camera | undefined; siteId: string; siteName: string; onClose: () => void }) {
  const { camera, siteId, siteName, onClose } = props;
  const queries = useQueryClient();
  const [displayName, setDisplayName] = useState(camera?.displayName ?? "");
  const [sourceUrl, setSourceUrl] = useState(camera?.sourceUrl ?? "");
  const [enabled, setEnabled] = useState(camera?.enabled ?? true);
  const [checked, setChecked] = useState(false);
  const [requestId] = useState(() => crypto.randomUUID());
  const done = {
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: CAMERAS_KEY });
      onClose();
    },
  };
  const creation = useMutation(CameraService.method.createCamera, done);
  const update = useMutation(CameraService.method.updateCamera, done);
  const error = creation.error ?? update.error;
  const failure = error ? toAppError(error) : undefined;
  const nameFault = displayName.trim() === "" ? t("cameraNameMissing") : undefined;
  const sourceFault = SOURCE.test(sourceUrl.trim()) ? undefined : t("sourceFault");
  const save = () => {
    setChecked(true);
    if (nameFault ?? sourceFault) return;
    const values = { displayName: displayName.trim(), sourceUrl: sourceUrl.trim(), enabled };
    if (camera) update.mutate({ camera: { ...values, cameraId: camera.cameraId }, updateMask: { paths: CAMERA_MASK } });
    else creation.mutate({ camera: { ...values, siteId }, requestId });
  };

  return (
    <EditorDrawer
      title={camera ? t("editName", { name: camera.displayName }) : t("addCameraTo", { site: siteName })}
      action={camera ? t("save") : t("addCamera")}
      busy={creation.isPending || update.isPending}
      failure={failure}
      onSave={save}
      onClose={onClose}
    >
      <FormField
        id="camera-name"
        label={t("name")}
        fault={(checked ? nameFault : undefined) ?? serverFault(failure, "display_name")}
      >
        <TextInput
          id="camera-name"
          autoFocus
          maxLength={120}
          value={displayName}
          aria-describedby="camera-name-note"
          onChange={(event) => {
            setDisplayName(event.target.value);
          }}
        />
      </FormField>
      <FormField
        id="camera-source"
        label={t("source")}
        hint={t("sourceHint")}
        fault={(checked ? sourceFault : undefined) ?? serverFault(failure, "source_url")}
      >
        <TextInput
          id="camera-source"
          maxLength={2048}
          spellCheck={false}
          autoComplete="off"
          placeholder="rtsp://"
          value={sourceUrl}
          aria-describedby="camera-source-note"
          onChange={(event) => {
            setSourceUrl(event.target.value);
          }}
        />
      </FormField>
      <div className="flex items-center justify-between gap-4">
        <label htmlFor="camera-enabled" className="font-medium">
          {t("readCamera")}
        </label>
        <Switch id="camera-enabled" checked={enabled} onChange={setEnabled} />
      </div>
    </EditorDrawer>
  );
}
