import { Button } from "antd";
import { useState } from "react";

import type { User } from "../../api/gen/footfall/v1/user_service_pb";
import { isBackward, isFiltered, isId } from "../../components/addressFilters";
import { DayInput } from "../../components/fields/DayInput";
import { FormField } from "../../components/fields/FormField";
import { TextInput } from "../../components/fields/inputs";
import { SelectField } from "../../components/fields/SelectField";
import { type AuditFilters, GROUPS, NO_FILTERS } from "./filters";
import { t } from "./texts";

export function FilterBar(props: { filters: AuditFilters; users: readonly User[]; onChange: (filters: AuditFilters) => void }) {
  const { filters, users, onChange } = props;
  // Only a whole id is asked for; half of one is on its way, and no part of the address.
  const [half, setHalf] = useState("");
  const target = half === "" ? filters.target : half;
  const people = users.map(({ userId, displayName }) => ({ value: userId, label: displayName }));
  const isUnknown = filters.who !== "" && !users.some(({ userId }) => userId === filters.who);
  return (
    <section aria-label={t("filters")} className="flex flex-wrap items-start gap-x-4 gap-y-3">
      <FormField id="audit-who" label={t("who")}>
        <SelectField
          id="audit-who"
          label={t("who")}
          value={filters.who}
          choices={[{ value: "", label: t("everybody") }, ...people, ...(isUnknown ? [{ value: filters.who, label: filters.who }] : [])]}
          onChange={(who) => {
            onChange({ ...filters, who });
          }}
        />
      </FormField>
      <FormField id="audit-what" label={t("what")}>
        <SelectField
          id="audit-what"
          label={t("what")}
          value={filters.what}
          choices={[{ value: "", label: t("everything") }, ...GROUPS.map((group) => ({ value: group, label: t(group) }))]}
          onChange={(what) => {
            onChange({ ...filters, what: GROUPS.find((group) => group === what) ?? "" });
          }}
        />
      </FormField>
      <FormField id="audit-target" label={t("target")} fault={target === "" || isId(target) ? undefined : t("targetFault")}>
        <TextInput
          id="audit-target"
          className="w-56! font-mono"
          spellCheck={false}
          autoComplete="off"
          maxLength={36}
          value={target}
          aria-describedby="audit-target-note"
          onChange={(event) => {
            const typed = event.target.value.trim();
            const whole = typed === "" || isId(typed);
            setHalf(whole ? "" : typed);
            onChange({ ...filters, target: whole ? typed : "" });
          }}
        />
      </FormField>
      <div className="flex flex-wrap items-start gap-x-4 gap-y-3">
        <FormField id="audit-from" label={t("from")} fault={isBackward(filters) ? t("backward") : undefined}>
          <DayInput
            id="audit-from"
            value={filters.from}
            aria-describedby="audit-from-note"
            onChange={(event) => {
              onChange({ ...filters, from: event.target.value });
            }}
          />
        </FormField>
        <FormField id="audit-to" label={t("to")}>
          <DayInput
            id="audit-to"
            value={filters.to}
            aria-describedby="audit-to-note"
            onChange={(event) => {
              onChange({ ...filters, to: event.target.value });
            }}
          />
        </FormField>
      </div>
      {isFiltered(filters) && (
        <Button
          className="mt-6"
          type="text"
          onClick={() => {
            setHalf("");
            onChange(NO_FILTERS);
          }}
        >
          {t("clear")}
        </Button>
      )}
    </section>
  );
}
