import { createConnectQueryKey, useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { toAppError } from "../../api/errors";
import { type TenantSettings, TenantService } from "../../api/gen/footfall/v1/tenant_service_pb";
import { FormField } from "../../components/fields/FormField";
import { TextInput } from "../../components/fields/inputs";
import { SelectField } from "../../components/fields/SelectField";
import { EditorDrawer } from "../../components/overlay/EditorDrawer";
import { weekdayName, WEEKDAYS } from "../../api/weekdays";
import { serverFault } from "./serverFault";
import { SETTINGS_MASK, settingsDraftOf, settingsFault, settingsOf } from "./settingsForm";
import { t } from "./texts";

/** Changes where the weeks of reports begin, and the days of new sites. */
export function SettingsEditor(props: { settings: TenantSettings; onClose: () => void }) {
  const { settings, onClose } = props;
  const queries = useQueryClient();
  const [draft, setDraft] = useState(() => settingsDraftOf(settings));
  const [checked, setChecked] = useState(false);
  const update = useMutation(TenantService.method.updateTenantSettings, {
    onSuccess: async () => {
      const queryKey = createConnectQueryKey({ schema: TenantService.method.getTenantSettings, cardinality: "finite" });
      await queries.invalidateQueries({ queryKey });
      onClose();
    },
  });
  const failure = update.error ? toAppError(update.error) : undefined;
  const save = () => {
    setChecked(true);
    if (settingsFault(draft) !== undefined) return;
    update.mutate({ settings: settingsOf(draft), updateMask: { paths: SETTINGS_MASK } });
  };
  return (
    <EditorDrawer title={t("settings")} action={t("save")} busy={update.isPending} failure={failure} onSave={save} onClose={onClose}>
      <FormField id="week-start" label={t("weekStart")} hint={t("weekStartHint")} fault={serverFault(failure, "week_start")}>
        <SelectField
          id="week-start"
          label={t("weekStart")}
          value={String(draft.weekStart)}
          choices={WEEKDAYS.map((day) => ({ value: String(day), label: weekdayName(day) }))}
          onChange={(value) => {
            setDraft({ ...draft, weekStart: WEEKDAYS.find((day) => String(day) === value) ?? draft.weekStart });
          }}
        />
      </FormField>
      <FormField
        id="usual-day"
        label={t("usualDayStart")}
        hint={t("usualDayStartHint")}
        fault={(checked ? settingsFault(draft) : undefined) ?? serverFault(failure, "business_day_start")}
      >
        <TextInput
          id="usual-day"
          type="time"
          value={draft.businessDayStart}
          aria-describedby="usual-day-note"
          onChange={(event) => {
            setDraft({ ...draft, businessDayStart: event.target.value });
          }}
        />
      </FormField>
    </EditorDrawer>
  );
}
