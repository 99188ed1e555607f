import { create } from "@bufbuild/protobuf";
import { DurationSchema, durationMs } from "@bufbuild/protobuf/wkt";

import { DayOfWeek } from "../../api/gen/footfall/v1/report_service_pb";
import { type TenantSettings, TenantSettingsSchema } from "../../api/gen/footfall/v1/tenant_service_pb";
import { clockOf, DEFAULT_DAY_START, isClock, secondsOf } from "./siteForm";
import { t } from "./texts";

/** What is settled for all sites, as it is typed. */
export interface SettingsDraft {
  readonly weekStart: DayOfWeek;
  /** "HH:MM" on the clock of a site. */
  readonly businessDayStart: string;
}

export const SETTINGS_MASK = ["week_start", "business_day_start"];

export function settingsDraftOf(settings: TenantSettings): SettingsDraft {
  return {
    weekStart: settings.weekStart === DayOfWeek.UNSPECIFIED ? DayOfWeek.MONDAY : settings.weekStart,
    businessDayStart: settings.businessDayStart ? clockOf(durationMs(settings.businessDayStart)) : DEFAULT_DAY_START,
  };
}

/** What is wrong with the draft; the server checks the same again. */
export function settingsFault(draft: SettingsDraft): string | undefined {
  return isClock(draft.businessDayStart) ? undefined : t("dayStartFault");
}

export function settingsOf(draft: SettingsDraft): TenantSettings {
  return create(TenantSettingsSchema, {
    weekStart: draft.weekStart,
    businessDayStart: create(DurationSchema, { seconds: BigInt(secondsOf(draft.businessDayStart)) }),
  });
}
