import { useQuery } from "@connectrpc/connect-query";
import { Button } from "antd";
import { useEffect, useState } from "react";

import { toAppError } from "../../api/errors";
import { TenantService } from "../../api/gen/footfall/v1/tenant_service_pb";
import { weekdayName } from "../../api/weekdays";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { SettingsEditor } from "./SettingsEditor";
import { settingsDraftOf } from "./settingsForm";
import { DEFAULT_DAY_START } from "./siteForm";
import { t } from "./texts";

/** What is settled for all sites, and the way to change it; tells when the days of new sites begin. */
export function SettledForAll({ onSettled }: { onSettled: (dayStart: string) => void }) {
  const settings = useQuery(TenantService.method.getTenantSettings, {});
  const [editing, setEditing] = useState(false);
  const settled = settings.data === undefined ? undefined : settingsDraftOf(settings.data);
  const dayStart = settings.isError ? DEFAULT_DAY_START : settled?.businessDayStart;
  useEffect(() => {
    if (dayStart !== undefined) onSettled(dayStart);
  }, [dayStart, onSettled]);
  if (settings.error) {
    const failure = toAppError(settings.error);
    return <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={() => void settings.refetch()} />;
  }
  if (settled === undefined) return null;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-quiet">
      <p>{t("settingsNote", { day: weekdayName(settled.weekStart), time: settled.businessDayStart })}</p>
      <Button
        size="small"
        onClick={() => {
          setEditing(true);
        }}
      >
        {t("settings")}
      </Button>
      {editing && settings.data && (
        <SettingsEditor
          settings={settings.data}
          onClose={() => {
            setEditing(false);
          }}
        />
      )}
    </div>
  );
}
