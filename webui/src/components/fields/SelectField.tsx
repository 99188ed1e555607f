import { DownOutlined } from "@ant-design/icons";

export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** The browser's own list: works with every keyboard, reader and thumb, and weighs nothing. */
export function SelectField(props: {
  id?: string;
  label: string;
  value: string;
  choices: readonly Choice[];
  onChange: (value: string) => void;
}) {
  const { id, label, value, choices, onChange } = props;
  return (
    <span className="relative inline-block">
      <select
        id={id}
        aria-label={label}
        value={value}
        onChange={(event) => {
          onChange(event.target.value);
        }}
        className="h-9.5 w-full max-w-60 appearance-none truncate rounded-lg border border-edge bg-surface pr-8 pl-3 text-ink hover:border-brand"
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
      <DownOutlined
        aria-hidden="true"
        className="pointer-events-none absolute! top-1/2 right-3 -translate-y-1/2 text-[10px] text-quiet"
      />
    </span>
  );
}
