import { Switch } from "antd";

/** Something that is so or not, with one line of help. */
export function SwitchField(props: { id: string; label: string; hint?: string; checked: boolean; onChange: (checked: boolean) => void }) {
  const { id, label, hint, checked, onChange } = props;
  return (
    <div>
      <div className="flex items-center justify-between gap-4">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        <Switch id={id} aria-describedby={hint === undefined ? undefined : `${id}-note`} checked={checked} onChange={onChange} />
      </div>
      {hint !== undefined && (
        <p id={`${id}-note`} className="mt-1 text-xs text-quiet">
          {hint}
        </p>
      )}
    </div>
  );
}
