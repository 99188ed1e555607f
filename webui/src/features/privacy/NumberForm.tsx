import { Button } from "antd";
import { useState } from "react";

import { toAppError } from "../../api/errors";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { FormField } from "../../components/fields/FormField";
import { TextInput } from "../../components/fields/inputs";
import { t } from "./texts";
import { type Named, useNamedSubject } from "./useSubjectSearch";

/** Finds who asks by the number of a customer, or by the address of their page. */
export function NumberForm({ disabled, onFound }: { disabled: boolean; onFound: (subject: Named) => void }) {
  const [typed, setTyped] = useState("");
  const search = useNamedSubject();
  const failure = search.error ? toAppError(search.error) : undefined;
  const find = () => {
    search.mutate(typed, {
      onSuccess: (found) => {
        if (found !== undefined && found !== "fault") onFound(found);
      },
    });
  };
  return (
    <form
      className="space-y-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (!disabled && !search.isPending) find();
      }}
    >
      <FormField id="subject" label={t("numberLabel")} hint={t("numberHint")} fault={faultOf(search)}>
        <div className="flex gap-3">
          <TextInput
            id="subject"
            value={typed}
            maxLength={300}
            autoComplete="off"
            aria-describedby="subject-note"
            onChange={(event) => {
              setTyped(event.target.value);
              search.reset();
            }}
          />
          <Button htmlType="submit" disabled={disabled} loading={search.isPending}>
            {t("numberFind")}
          </Button>
        </div>
      </FormField>
      {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={find} />}
    </form>
  );
}

function faultOf({ isSuccess, data }: ReturnType<typeof useNamedSubject>): string | undefined {
  if (!isSuccess) return undefined;
  if (data === "fault") return t("numberFault");
  return data === undefined ? t("numberUnknown") : undefined;
}
