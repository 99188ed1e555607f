import { FormField } from "../../components/fields/FormField";
import { PasswordInput } from "../../components/fields/inputs";
import { t } from "./texts";

/** The least length of a new password, in characters. The server also refuses what is easily guessed. */
const SHORTEST = 12;

export function PasswordField(props: {
  id: string;
  label: string;
  value: string;
  fault: string | undefined;
  /** Whether the password is one to be remembered from now on. */
  isNew?: boolean;
  autoFocus?: boolean;
  onChange: (value: string) => void;
}) {
  const { id, label, value, fault, isNew = false, autoFocus = false, onChange } = props;
  return (
    <FormField id={id} label={label} fault={fault} hint={isNew ? t("newPasswordHint", { shortest: SHORTEST }) : undefined}>
      <PasswordInput
        id={id}
        name={id}
        size="large"
        autoComplete={isNew ? "new-password" : "current-password"}
        autoFocus={autoFocus}
        value={value}
        aria-invalid={fault !== undefined}
        aria-describedby={`${id}-note`}
        onChange={(event) => {
          onChange(event.target.value);
        }}
      />
    </FormField>
  );
}

/** What is wrong with a new password before the server is asked. */
export function newPasswordFault(password: string): string | undefined {
  if (password === "") return t("newPasswordMissing");
  const length = Array.from(password).length;
  return length < SHORTEST ? t("newPasswordShort", { count: SHORTEST - length, shortest: SHORTEST }) : undefined;
}
