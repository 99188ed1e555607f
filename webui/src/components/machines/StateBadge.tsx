import type { Condition, Tone } from "./conditions";

const LOOKS: Readonly<Record<Tone, string>> = {
  good: "bg-tint text-tint-ink",
  busy: "bg-amber text-amber-ink",
  bad: "bg-rose text-rose-ink",
  idle: "bg-mute text-mute-ink",
};

/** How a machine does, in a word; never by colour alone. */
export function StateBadge({ condition }: { condition: Condition }) {
  return (
    <span
      data-tone={condition.tone}
      className={`inline-flex items-center gap-1.5 rounded-full px-2.5 py-0.5 text-xs leading-5 font-medium whitespace-nowrap ${LOOKS[condition.tone]}`}
    >
      <span aria-hidden="true" className="size-1.5 rounded-full bg-current" />
      {condition.word}
    </span>
  );
}
