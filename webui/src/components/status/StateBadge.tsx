const TONES = { good: "bg-tint text-tint-ink", quiet: "bg-mute text-mute-ink", bad: "bg-rose text-rose-ink" } as const;

/** One word about how something is. */
export function StateBadge({ tone, children }: { tone: keyof typeof TONES; children: string }) {
  return <span className={`inline-flex rounded-full px-2 py-0.5 text-xs leading-4 font-medium whitespace-nowrap ${TONES[tone]}`}>{children}</span>;
}
