import { FormField } from "../../components/fields/FormField";
import { TextInput } from "../../components/fields/inputs";
import { t } from "./texts";

export function NameField(props: { value: string; hint: string; fault: string | undefined; onChange: (name: string) => void }) {
  const { value, hint, fault, onChange } = props;
  return (
    <FormField id="key-name" label={t("name")} hint={hint} fault={fault}>
      <TextInput
        id="key-name"
        autoFocus
        autoComplete="off"
        maxLength={120}
        value={value}
        aria-describedby="key-name-note"
        onChange={(event) => {
          onChange(event.target.value);
        }}
      />
    </FormField>
  );
}
