import { create } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";

import { useBackend } from "../../api/backend";
import { type AppError, toAppError } from "../../api/errors";
import { CommandKind, CommandState } from "../../api/gen/footfall/v1/camera_command_pb";
import { type Camera, CameraService } from "../../api/gen/footfall/v1/camera_service_pb";
import { type CameraSettings, CameraSettingsSchema } from "../../api/gen/footfall/v1/camera_settings_pb";
import { ErrorReason } from "../../api/gen/footfall/v1/error_reason_pb";
import { CAMERAS_KEY } from "../../api/hooks";
import { type CameraPart, differs } from "./parts";
import { useCommand } from "./useCommand";

/** What is saved: fields of the camera by name, or its settings, of which the others stay as they are. */
export type CameraEdit =
  | { readonly fields: Partial<Pick<Camera, "displayName" | "sourceUrl" | "enabled">> }
  | { readonly settings: (before: CameraSettings) => CameraSettings };

/** Somebody else saved this part of the camera since the form was filled. */
class ChangedMeanwhile extends Error {
  readonly theirs: Camera;

  constructor(theirs: Camera) {
    super("the camera was changed meanwhile");
    this.theirs = theirs;
  }
}

interface Order {
  readonly edit: CameraEdit;
  readonly over: boolean;
}

const MASK_NAMES = { displayName: "display_name", sourceUrl: "source_url", enabled: "enabled" } as const;

export interface CameraSave {
  readonly busy: boolean;
  readonly failure: AppError | undefined;
  /** What somebody else saved meanwhile; undefined when nobody did. */
  readonly theirs: Camera | undefined;
  /** Whether the worker has what was saved: "later" when none could be asked. */
  readonly arrival: "none" | "asking" | "taken" | "later";
  /** `over` saves what somebody else saved meanwhile away. */
  readonly save: (edit: CameraEdit, over?: boolean) => void;
  readonly reset: () => void;
}

/**
 * Saves a part of a camera, which was as in `base` when the form was filled, and asks the worker to take it.
 * Settings are saved as a whole, so they are read once more first: what was changed in another part of them stays,
 * and what somebody else changed in this one is told. The core refuses what was saved between that and the write.
 */
export function useCameraSave(part: CameraPart, base: Camera, onSaved: (saved: Camera) => void): CameraSave {
  const { transport } = useBackend();
  const client = useMemo(() => createClient(CameraService, transport), [transport]);
  const queries = useQueryClient();
  const command = useCommand(base.cameraId);
  const attempt = async ({ edit, over }: Order) => {
    const { cameraId } = base;
    const fresh = await client.getCamera({ cameraId });
    if (!over && differs(part, fresh, base)) throw new ChangedMeanwhile(fresh);
    const { displayName, etag } = fresh;
    if ("settings" in edit) {
      const settings = edit.settings(fresh.settings ?? create(CameraSettingsSchema));
      return client.updateCamera({ camera: { cameraId, displayName, etag, settings }, updateMask: { paths: ["settings"] } });
    }
    const paths = Object.entries(MASK_NAMES).flatMap(([name, path]) => (name in edit.fields ? [path] : []));
    return client.updateCamera({ camera: { displayName, ...edit.fields, cameraId, etag }, updateMask: { paths } });
  };
  const saving = useMutation({
    mutationFn: async (order: Order) => {
      try {
        return await attempt(order);
      } catch (error) {
        if (toAppError(error).reason !== ErrorReason.ETAG_MISMATCH) throw error;
        // Another part may have been saved in that moment, which is no conflict: it is looked at once more.
        return await attempt(order);
      }
    },
    onSuccess: async (saved) => {
      onSaved(saved);
      if (saved.enabled !== false) void command.send(CommandKind.RECONFIGURE);
      await queries.invalidateQueries({ queryKey: CAMERAS_KEY });
    },
  });
  const theirs = saving.error instanceof ChangedMeanwhile ? saving.error.theirs : undefined;
  return {
    busy: saving.isPending,
    failure: saving.error && !theirs ? toAppError(saving.error) : undefined,
    theirs,
    arrival: arrivalOf(saving.isSuccess, command),
    save: (edit, over = false) => {
      saving.mutate({ edit, over });
    },
    reset: () => {
      saving.reset();
    },
  };
}

function arrivalOf(saved: boolean, { sent, busy }: ReturnType<typeof useCommand>): CameraSave["arrival"] {
  if (!saved || !sent) return "none";
  if (busy) return "asking";
  return sent.result?.state === CommandState.SUCCEEDED ? "taken" : "later";
}
