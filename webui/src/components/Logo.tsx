/** A doorway with somebody in it. */
export function Logo(props: { size: number }) {
  return (
    <svg viewBox="0 0 32 32" width={props.size} height={props.size} aria-hidden="true" className="shrink-0">
      <rect width="32" height="32" rx="9" fill="#0f766e" />
      <path d="M10 26V14a6 6 0 0 1 12 0v12" fill="none" stroke="#fff" strokeWidth="2.5" strokeLinecap="round" />
      <circle cx="16" cy="15" r="2.6" fill="#5eead4" />
      <path d="M12.6 26v-1.2a3.4 3.4 0 0 1 6.8 0V26" fill="#5eead4" />
    </svg>
  );
}
