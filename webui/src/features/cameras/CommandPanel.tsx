import { Button } from "antd";
import { useState } from "react";

import { CommandKind, CommandState } from "../../api/gen/footfall/v1/camera_command_pb";
import type { Worker } from "../../api/gen/footfall/v1/camera_control_service_pb";
import type { Camera } from "../../api/gen/footfall/v1/camera_service_pb";
import { SelectField } from "../../components/fields/SelectField";
import { timeOfDay } from "../../time/format";
import { useNow } from "../../time/useNow";
import { t } from "./texts";
import { COMMAND_TIMEOUT_MS, type CommandLine, type SentCommand, useCommand } from "./useCommand";

const KINDS = {
  [CommandKind.UNSPECIFIED]: "commandNone",
  [CommandKind.START]: "commandStart",
  [CommandKind.STOP]: "commandStop",
  [CommandKind.RESTART]: "commandRestart",
  [CommandKind.SNAPSHOT]: "commandSnapshot",
  [CommandKind.RECONFIGURE]: "commandReconfigure",
  [CommandKind.ASSIGN]: "commandAssign",
  [CommandKind.RELEASE]: "commandRelease",
} as const satisfies Record<CommandKind, string>;
/** What needs no more than a click. */
const PLAIN = [CommandKind.START, CommandKind.STOP, CommandKind.RESTART, CommandKind.SNAPSHOT, CommandKind.RECONFIGURE] as const;

/** Tells the worker what to do with the camera, and what became of it. */
export function CommandPanel(props: { camera: Camera; workers: readonly Worker[]; zone: string }) {
  const { camera, workers, zone } = props;
  const command = useCommand(camera.cameraId);
  const [chosen, setChosen] = useState("");
  const workerId = chosen === "" ? camera.holderWorkerId || (workers[0]?.workerId ?? "") : chosen;
  return (
    <section aria-label={t("commands")} className="space-y-4 rounded-2xl border border-line bg-surface p-5">
      <h2 className="font-semibold">{t("commands")}</h2>
      <div className="flex flex-wrap gap-2">
        {PLAIN.map((kind) => (
          <Button
            key={kind}
            disabled={command.busy}
            title={t(`${KINDS[kind]}Hint`)}
            onClick={() => void command.send(kind)}
          >
            {t(KINDS[kind])}
          </Button>
        ))}
      </div>
      {workers.length > 0 && (
        <div className="flex flex-wrap items-center gap-2">
          <SelectField
            label={t("worker")}
            value={workerId}
            choices={workers.map((worker) => ({ value: worker.workerId, label: worker.displayName }))}
            onChange={setChosen}
          />
          <Button disabled={command.busy} onClick={() => void command.send(CommandKind.ASSIGN, workerId)}>
            {t("commandAssign")}
          </Button>
          <Button
            disabled={command.busy}
            title={t("commandReleaseHint")}
            onClick={() => void command.send(CommandKind.RELEASE)}
          >
            {t("commandRelease")}
          </Button>
        </div>
      )}
      {command.sent && <Outcome sent={command.sent} command={command} zone={zone} />}
    </section>
  );
}

function Outcome(props: { sent: SentCommand; command: CommandLine; zone: string }) {
  const { sent, command, zone } = props;
  const name = t(KINDS[sent.kind]);
  const time = timeOfDay(sent.sentAt, zone);
  if (command.busy) return <Waiting name={name} sentAt={sent.sentAt} />;
  if (sent.error) {
    return (
      <div role="alert" className="space-y-2 rounded-xl bg-rose px-4 py-3 text-rose-ink">
        <p className="font-medium">{t("commandUnknown", { name, time })}</p>
        <p>
          {sent.error.title}. {sent.error.hint}
        </p>
        <Button onClick={command.retry}>{t("tryAgain")}</Button>
      </div>
    );
  }
  switch (sent.result?.state) {
    case CommandState.SUCCEEDED:
      return (
        <p role="status" className="rounded-xl bg-tint px-4 py-3 text-tint-ink">
          {t("commandDone", { name, time })}
        </p>
      );
    case CommandState.EXPIRED:
      return (
        <div role="alert" className="space-y-2 rounded-xl bg-amber px-4 py-3 text-amber-ink">
          <p>{t("commandExpired", { name, time })}</p>
          <Button onClick={() => void command.send(sent.kind, sent.workerId)}>{t("sendAgain")}</Button>
        </div>
      );
    default:
      return (
        <div role="alert" className="rounded-xl bg-rose px-4 py-3 text-rose-ink">
          <p className="font-medium">{t("commandFailed", { name, time })}</p>
          {sent.result && sent.result.detail !== "" && <p>{t("workerSays", { detail: sent.result.detail })}</p>}
        </div>
      );
  }
}

function Waiting({ name, sentAt }: { name: string; sentAt: number }) {
  const left = Math.max(0, Math.ceil((sentAt + COMMAND_TIMEOUT_MS - useNow(1000)) / 1000));
  return (
    <p role="status" className="animate-pulse rounded-xl bg-mute px-4 py-3 text-mute-ink tabular-nums">
      {t("commandWaiting", { name, seconds: left })}
    </p>
  );
}
