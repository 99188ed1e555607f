import { SearchOutlined } from "@ant-design/icons";
import { useEffect, useEffectEvent, useState } from "react";

import { useStillHere } from "../useStillHere";

const TYPING_MS = 300;

/** A name to look for. What is typed is told when the typing pauses. */
export function SearchField(props: { label: string; value: string; maxLength: number; onChange: (value: string) => void }) {
  const { label, value, maxLength, onChange } = props;
  const [typed, setTyped] = useState(value);
  const [told, setTold] = useState(value);
  const [known, setKnown] = useState(value);
  if (value !== known) {
    setKnown(value);
    // The address says something else than what was typed: somebody cleared it, or went back.
    if (value !== told) {
      setTyped(value);
      setTold(value);
    }
  }
  const tell = useEffectEvent((next: string) => {
    setTold(next);
    onChange(next);
  });
  const settled = typed.trim();
  const stillHere = useStillHere();
  const tellIfHere = useEffectEvent((next: string) => {
    // Who has clicked on somebody meanwhile is on the way there: another address would call that off.
    const here = stillHere();
    if (here) tell(next);
    return here;
  });
  useEffect(() => {
    if (settled === value) return;
    let timer: ReturnType<typeof setTimeout>;
    const tellLater = () => {
      timer = setTimeout(() => {
        if (!tellIfHere(settled)) tellLater();
      }, TYPING_MS);
    };
    tellLater();
    return () => {
      clearTimeout(timer);
    };
  }, [settled, value]);
  return (
    <span className="relative inline-block w-full sm:w-60">
      <SearchOutlined aria-hidden="true" className="pointer-events-none absolute! top-1/2 left-3 -translate-y-1/2 text-quiet" />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        maxLength={maxLength}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
        }}
        className="h-9.5 w-full rounded-lg border border-edge bg-surface pr-3 pl-9 text-ink placeholder:text-quiet hover:border-brand"
      />
    </span>
  );
}
