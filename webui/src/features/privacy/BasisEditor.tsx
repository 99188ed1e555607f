import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { fieldFault, toAppError } from "../../api/errors";
import { LawfulBasis, type Site, SiteService } from "../../api/gen/footfall/v1/site_service_pb";
import { SITES_KEY } from "../../api/hooks";
import { DayInput } from "../../components/fields/DayInput";
import { FormField } from "../../components/fields/FormField";
import { TextInput } from "../../components/fields/inputs";
import { SelectField } from "../../components/fields/SelectField";
import { SwitchField } from "../../components/fields/SwitchField";
import { EditorDrawer } from "../../components/overlay/EditorDrawer";
import { useNow } from "../../time/useNow";
import { knownZone } from "../../time/zoned";
import { BASIS_MASK, type BasisDraft, basisDraftOf, basisFaults, siteWith } from "./basisForm";
import { LAWFUL_BASES } from "./lawfulBases";
import { t } from "./texts";

/** Records why people may be recognised at a site, confirms it again, or takes it back. */
export function BasisEditor({ site: given, onClose }: { site: Site; onClose: () => void }) {
  const site = { ...given, timeZone: knownZone(given.timeZone) };
  const queries = useQueryClient();
  const [draft, setDraft] = useState(() => basisDraftOf(site, Date.now()));
  const [checked, setChecked] = useState(false);
  const now = useNow(60_000);
  const update = useMutation(SiteService.method.updateSite, {
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: SITES_KEY });
      onClose();
    },
  });
  const failure = update.error ? toAppError(update.error) : undefined;
  const faults = checked ? basisFaults(draft, site.timeZone, now) : new Map<keyof BasisDraft, string>();
  const fault = (draftField: keyof BasisDraft, field: string) =>
    faults.get(draftField) ?? fieldFault(failure, field);
  const set = (change: Partial<BasisDraft>) => {
    setDraft({ ...draft, ...change });
  };
  const save = () => {
    setChecked(true);
    if (basisFaults(draft, site.timeZone, now).size > 0) return;
    update.mutate({ site: siteWith(draft, site), updateMask: { paths: BASIS_MASK } });
  };
  const isNone = draft.lawfulBasis === LawfulBasis.UNSPECIFIED;
  return (
    <EditorDrawer
      title={t("basisOf", { site: site.displayName })}
      action={t("save")}
      busy={update.isPending}
      failure={failure}
      onSave={save}
      onClose={onClose}
    >
      <FormField id="basis" label={t("lawfulBasis")} hint={t("lawfulBasisHint")}>
        <SelectField
          id="basis"
          label={t("lawfulBasis")}
          value={String(draft.lawfulBasis)}
          choices={[
            { value: String(LawfulBasis.UNSPECIFIED), label: t("noBasisChoice") },
            ...LAWFUL_BASES.map(({ basis, label }) => ({ value: String(basis), label: t(label) })),
          ]}
          onChange={(value) => {
            set({ lawfulBasis: LAWFUL_BASES.find(({ basis }) => String(basis) === value)?.basis ?? LawfulBasis.UNSPECIFIED });
          }}
        />
      </FormField>
      {!isNone && (
        <>
          <FormField id="basis-reference" label={t("reference")} hint={t("referenceHint")} fault={fault("reference", "reference")}>
            <TextInput
              id="basis-reference"
              maxLength={200}
              value={draft.reference}
              aria-describedby="basis-reference-note"
              onChange={(event) => {
                set({ reference: event.target.value });
              }}
            />
          </FormField>
          <FormField id="basis-last-day" label={t("lastDay")} hint={t("lastDayHint")} fault={fault("lastDay", "expire_time")}>
            <DayInput
              id="basis-last-day"
              value={draft.lastDay}
              aria-describedby="basis-last-day-note"
              onChange={(event) => {
                set({ lastDay: event.target.value });
              }}
            />
          </FormField>
        </>
      )}
      <SwitchField
        id="basis-anonymous"
        label={t("anonymous")}
        hint={t("anonymousHint")}
        checked={draft.anonymous}
        onChange={(anonymous) => {
          set({ anonymous });
        }}
      />
    </EditorDrawer>
  );
}
