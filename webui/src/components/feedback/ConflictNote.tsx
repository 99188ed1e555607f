import { Button } from "antd";

import { t } from "../texts";

/** Somebody else saved the same thing since it was read, so that nothing was saved. What holds is chosen, not guessed. */
export function ConflictNote(props: {
  busy?: boolean;
  /** Reads what the other one saved; what was entered here is given up. */
  onTheirs: () => void;
  /** Saves over it. Undefined where what was wanted has to be thought over once it is read. */
  onMine?: () => void;
}) {
  const { busy = false, onTheirs, onMine } = props;
  return (
    <div role="alert" className="flex flex-wrap items-center gap-3 rounded-xl bg-amber px-4 py-3 text-amber-ink">
      <div className="min-w-0 flex-1 basis-60">
        <p className="font-medium">{t("conflict")}</p>
        <p>{t(onMine ? "conflictChoice" : "conflictAgain")}</p>
      </div>
      <Button disabled={busy} onClick={onTheirs}>
        {t("loadTheirs")}
      </Button>
      {onMine && (
        <Button disabled={busy} onClick={onMine}>
          {t("keepMine")}
        </Button>
      )}
    </div>
  );
}
