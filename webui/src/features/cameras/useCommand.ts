import { createClient } from "@connectrpc/connect";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { useCallback, useMemo, useRef, useState } from "react";

import { useBackend } from "../../api/backend";
import { type AppError, toAppError } from "../../api/errors";
import { CommandKind } from "../../api/gen/footfall/v1/camera_command_pb";
import { type CameraCommand, CameraControlService } from "../../api/gen/footfall/v1/camera_control_service_pb";

/** How long a worker may take to answer. Below the console's own patience with a call. */
export const COMMAND_TIMEOUT_MS = 10_000;

export interface SentCommand {
  readonly kind: CommandKind;
  /** Who is to read the camera; "" for all but ASSIGN. */
  readonly workerId: string;
  /** The same for each try, so that it is done once. */
  readonly requestId: string;
  readonly sentAt: number;
  readonly result: CameraCommand | undefined;
  /** Why it is not known what became of it, or why it was not sent. */
  readonly error: AppError | undefined;
}

export interface CommandLine {
  readonly sent: SentCommand | undefined;
  readonly busy: boolean;
  readonly send: (kind: CommandKind, workerId?: string) => Promise<SentCommand>;
  readonly retry: () => void;
}

/** Tells the camera's worker what to do, one thing after another. */
export function useCommand(cameraId: string): CommandLine {
  const { transport } = useBackend();
  const client = useMemo(() => createClient(CameraControlService, transport), [transport]);
  const [sent, setSent] = useState<SentCommand>();
  const newest = useRef("");
  const attempt = useCallback(
    async (command: SentCommand): Promise<SentCommand> => {
      newest.current = command.requestId;
      setSent(command);
      let done: SentCommand;
      try {
        const { kind, workerId, requestId } = command;
        const timeout = durationFromMs(COMMAND_TIMEOUT_MS);
        const result = await client.sendCommand({ cameraId, kind, workerId, requestId, timeout });
        done = { ...command, result, error: undefined };
      } catch (error) {
        done = { ...command, result: undefined, error: toAppError(error) };
      }
      // A later command has taken its place on the page.
      if (newest.current === command.requestId) setSent(done);
      return done;
    },
    [client, cameraId],
  );
  return {
    sent,
    busy: sent !== undefined && !sent.result && !sent.error,
    send: (kind, workerId = "") =>
      attempt({ kind, workerId, requestId: crypto.randomUUID(), sentAt: Date.now(), result: undefined, error: undefined }),
    retry: () => {
      if (sent) void attempt({ ...sent, sentAt: Date.now(), result: undefined, error: undefined });
    },
  };
}
