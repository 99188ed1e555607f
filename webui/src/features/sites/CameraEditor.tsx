import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { Switch } from "antd";
import { useState } from "react";

import { toAppError } from "../../api/errors";
import { type Camera, CameraService } from "../../api/gen/footfall/v1/camera_service_pb";
import { CAMERAS_KEY } from "../../api/hooks";
import { FormField } from "../../components/fields/FormField";
import { TextInput } from "../../components/fields/inputs";
import { EditorDrawer } from "./EditorDrawer";
import { serverFault } from "./serverFault";

const CAMERA_MASK = ["display_name", "source_url", "enabled"];
const SOURCE = /^(rtsps?:\/\/[^\s/]+.*|usb:[0-9]{1,3}|file:.+)$/;

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
  const nameFault = displayName.trim() === "" ? "A camera needs a name." : undefined;
  const sourceFault = SOURCE.test(sourceUrl.trim()) ? undefined : "rtsp://, rtsps://, usb: with a number, or file: with a path.";
  const save = () => {
    setChecked(true);
    if (nameFault ?? sourceFault) return;
    const values = { displayName: displayName.trim(), sourceUrl: sourceUrl.trim(), enabled };
    if (camera) update.mutate({ camera: { ...values, cameraId: camera.cameraId }, updateMask: { paths: CAMERA_MASK } });
    else creation.mutate({ camera: { ...values, siteId }, requestId });
  };

  return (
    <EditorDrawer
      title={camera ? `Edit ${camera.displayName}` : `Add a camera to ${siteName}`}
      action={camera ? "Save" : "Add camera"}
      busy={creation.isPending || update.isPending}
      failure={failure}
      onSave={save}
      onClose={onClose}
    >
      <FormField
        id="camera-name"
        label="Name"
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
        label="Source"
        hint="rtsp://user:password@host/path, usb:0 for a device of the worker, or file: with a path on it. A stored password is shown as ***; leave it so to keep it."
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
          Read this camera
        </label>
        <Switch id="camera-enabled" checked={enabled} onChange={setEnabled} />
      </div>
    </EditorDrawer>
  );
}
