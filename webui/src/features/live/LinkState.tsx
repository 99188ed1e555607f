import { Button } from "antd";

import { useBackend } from "../../api/backend";
import { useWatchState } from "../../api/hooks";
import type { WatchPhase } from "../../api/watch";
import { timeOfDay } from "../../time/format";
import { localZone } from "../../time/zoned";
import { t } from "./texts";

const LOOKS: Readonly<Record<WatchPhase, { label: "live" | "connecting" | "reconnecting" | "stopped"; pill: string; dot: string }>> = {
  live: { label: "live", pill: "bg-tint text-tint-ink", dot: "bg-current animate-beat" },
  idle: { label: "connecting", pill: "bg-mute text-mute-ink", dot: "bg-current" },
  connecting: { label: "connecting", pill: "bg-mute text-mute-ink", dot: "bg-current animate-beat" },
  retrying: { label: "reconnecting", pill: "bg-amber text-amber-ink", dot: "bg-current animate-beat" },
  stopped: { label: "stopped", pill: "bg-rose text-rose-ink", dot: "bg-current" },
};

/** Whether what the page shows is the present; never silent about it. */
export function LinkState() {
  const { hub } = useBackend();
  const { phase, lastContact, error } = useWatchState();
  const { label, pill, dot } = LOOKS[phase];
  const broken = phase === "retrying" || phase === "stopped";
  return (
    <div className="flex items-center gap-2">
      <span
        role="status"
        data-testid="link-state"
        data-phase={phase}
        className={`inline-flex h-8 items-center gap-2 rounded-full px-3 font-medium ${pill}`}
      >
        <span aria-hidden="true" className={`size-2 rounded-full ${dot}`} />
        {t(label)}
        {broken && lastContact !== undefined && (
          <span className="font-normal">{t("lastAt", { time: timeOfDay(lastContact, localZone()) })}</span>
        )}
        {phase === "stopped" && error && <span className="font-normal">{error.title}</span>}
      </span>
      {broken && (
        <Button
          onClick={() => {
            hub.reconnect();
          }}
        >
          {t("reconnect")}
        </Button>
      )}
    </div>
  );
}
