import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { toAppError } from "../../api/errors";
import { type Site, SiteService } from "../../api/gen/footfall/v1/site_service_pb";
import { SITES_KEY } from "../../api/hooks";
import { FormField } from "../../components/fields/FormField";
import { TextInput } from "../../components/fields/inputs";
import { SelectField } from "../../components/fields/SelectField";
import { localZone } from "../../time/zoned";
import { EditorDrawer } from "./EditorDrawer";
import { serverFault } from "./serverFault";
import { draftOf, SITE_MASK, siteFaults, siteOf, type SiteDraft } from "./siteForm";

const FROM_THE_NEXT_DAY = " A change holds from the next business day on.";

/** Opens a site, or changes one. */
export function SiteEditor(props: { site: Site | undefined; onClose: () => void }) {
  const { site, onClose } = props;
  const queries = useQueryClient();
  const [draft, setDraft] = useState(() => draftOf(site, localZone()));
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
  const save = () => {
    setChecked(true);
    if (siteFaults(draft).size > 0) return;
    if (site) update.mutate({ site: siteOf(draft, site.siteId), updateMask: { paths: SITE_MASK } });
    else creation.mutate({ site: siteOf(draft, ""), requestId });
  };

  return (
    <EditorDrawer
      title={site ? `Edit ${site.displayName}` : "Add a site"}
      action={site ? "Save" : "Add site"}
      busy={creation.isPending || update.isPending}
      failure={failure}
      onSave={save}
      onClose={onClose}
    >
      <FormField id="site-name" label="Name" fault={faults.get("displayName") ?? serverFault(failure, "display_name")}>
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
        label="Time zone"
        hint={`Days and hours of the site follow it.${site ? FROM_THE_NEXT_DAY : ""}`}
        fault={serverFault(failure, "time_zone")}
      >
        <SelectField
          id="site-zone"
          label="Time zone"
          value={draft.timeZone}
          choices={zones}
          onChange={(timeZone) => {
            set({ timeZone });
          }}
        />
      </FormField>
      <FormField
        id="site-gap"
        label="A visit ends after, in minutes"
        hint={`Who is seen again after a longer absence begins a new visit.${site ? FROM_THE_NEXT_DAY : ""}`}
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
        label="The business day starts at"
        hint={`Visits after midnight and before this time count to the day before.${site ? FROM_THE_NEXT_DAY : ""}`}
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
