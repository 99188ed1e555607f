import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { toAppError } from "../../api/errors";
import { ImagePolicy } from "../../api/gen/footfall/v1/camera_settings_pb";
import { type Site, SiteService } from "../../api/gen/footfall/v1/site_service_pb";
import { SITES_KEY } from "../../api/hooks";
import { FormField } from "../../components/fields/FormField";
import { TextInput } from "../../components/fields/inputs";
import { SelectField } from "../../components/fields/SelectField";
import { localZone } from "../../time/zoned";
import { EditorDrawer } from "../../components/overlay/EditorDrawer";
import { serverFault } from "./serverFault";
import { draftOf, SITE_MASK, siteFaults, siteOf, type SiteDraft } from "./siteForm";
import { t } from "./texts";

/** From the least that leaves the shop to the most. */
const POLICIES = [
  { policy: ImagePolicy.NONE, key: "policyNone" },
  { policy: ImagePolicy.CROPS, key: "policyCrops" },
  { policy: ImagePolicy.FRAMES, key: "policyFrames" },
] as const;

/** Opens a site, or changes one. */
export function SiteEditor(props: { site: Site | undefined; usualDayStart?: string | undefined; onClose: () => void }) {
  const { site, usualDayStart, onClose } = props;
  const queries = useQueryClient();
  const [draft, setDraft] = useState(() => draftOf(site, localZone(), usualDayStart));
  const [checked, setChecked] = useState(false);
  // One id per form: saving again after a broken answer does not make a second site.
  const [requestId] = useState(() => crypto.randomUUID());
  const done = {
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: SITES_KEY });
      onClose();
    },
  };
  const creation = useMutation(SiteService.method.createSite, done);
  const update = useMutation(SiteService.method.updateSite, done);
  const error = creation.error ?? update.error;
  const failure = error ? toAppError(error) : undefined;
  const faults = checked ? siteFaults(draft) : new Map<keyof SiteDraft, string>();
  const zones = useMemo(() => zoneChoices(draft.timeZone), [draft.timeZone]);
  const set = (change: Partial<SiteDraft>) => {
    setDraft({ ...draft, ...change });
  };
  const hintOf = (key: "timeZoneHint" | "gapHint" | "dayStartHint") => (site ? `${t(key)} ${t("nextDay")}` : t(key));
  const save = () => {
    setChecked(true);
    if (siteFaults(draft).size > 0) return;
    if (site) update.mutate({ site: siteOf(draft, site.siteId), updateMask: { paths: SITE_MASK } });
    else creation.mutate({ site: siteOf(draft, ""), requestId });
  };

  return (
    <EditorDrawer
      title={site ? t("editName", { name: site.displayName }) : t("addASite")}
      action={site ? t("save") : t("addSite")}
      busy={creation.isPending || update.isPending}
      failure={failure}
      onSave={save}
      onClose={onClose}
    >
      <FormField id="site-name" label={t("name")} fault={faults.get("displayName") ?? serverFault(failure, "display_name")}>
        <TextInput
          id="site-name"
          autoFocus
          maxLength={120}
          value={draft.displayName}
          aria-describedby="site-name-note"
          onChange={(event) => {
            set({ displayName: event.target.value });
          }}
        />
      </FormField>
      <FormField
        id="site-zone"
        label={t("timeZone")}
        hint={hintOf("timeZoneHint")}
        fault={serverFault(failure, "time_zone")}
      >
        <SelectField
          id="site-zone"
          label={t("timeZone")}
          value={draft.timeZone}
          choices={zones}
          onChange={(timeZone) => {
            set({ timeZone });
          }}
        />
      </FormField>
      <FormField
        id="site-gap"
        label={t("gap")}
        hint={hintOf("gapHint")}
        fault={faults.get("visitGapMinutes") ?? serverFault(failure, "visit_gap")}
      >
        <TextInput
          id="site-gap"
          inputMode="decimal"
          value={draft.visitGapMinutes}
          aria-describedby="site-gap-note"
          onChange={(event) => {
            set({ visitGapMinutes: event.target.value });
          }}
        />
      </FormField>
      <FormField
        id="site-day"
        label={t("dayStart")}
        hint={hintOf("dayStartHint")}
        fault={faults.get("businessDayStart") ?? serverFault(failure, "business_day_start")}
      >
        <TextInput
          id="site-day"
          type="time"
          value={draft.businessDayStart}
          aria-describedby="site-day-note"
          onChange={(event) => {
            set({ businessDayStart: event.target.value });
          }}
        />
      </FormField>
      <FormField id="site-policy" label={t("imagePolicy")} hint={t("imagePolicyHint")} fault={serverFault(failure, "image_policy")}>
        <SelectField
          id="site-policy"
          label={t("imagePolicy")}
          value={String(draft.imagePolicy)}
          choices={POLICIES.map(({ policy, key }) => ({ value: String(policy), label: t(key) }))}
          onChange={(value) => {
            set({ imagePolicy: POLICIES.find(({ policy }) => String(policy) === value)?.policy ?? draft.imagePolicy });
          }}
        />
      </FormField>
    </EditorDrawer>
  );
}

function zoneChoices(present: string) {
  const zones = new Set(["UTC", present, ...Intl.supportedValuesOf("timeZone")]);
  return [...zones]
    .filter((zone) => zone !== "")
    .sort()
    .map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") }));
}
