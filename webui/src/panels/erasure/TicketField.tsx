import { FormField } from "../../components/fields/FormField";
import { TextInput } from "../../components/fields/inputs";
import { t } from "./texts";

/** As long as the core takes one. */
export const TICKET_LENGTH = 100;

/** The number under which somebody asked to be forgotten. */
export function TicketField(props: {
  id: string;
  value: string;
  fault?: string | undefined;
  onChange: (ticket: string) => void;
  /** Nobody is typing in it any more. */
  onLeave?: () => void;
}) {
  const { id, value, fault, onChange, onLeave } = props;
  return (
    <FormField id={id} label={t("ticket")} hint={t("ticketHint")} fault={fault}>
      <TextInput
        id={id}
        maxLength={TICKET_LENGTH}
        value={value}
        autoComplete="off"
        aria-describedby={`${id}-note`}
        onChange={(event) => {
          onChange(event.target.value);
        }}
        onBlur={onLeave}
      />
    </FormField>
  );
}
