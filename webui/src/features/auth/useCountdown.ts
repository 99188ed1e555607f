import { useEffect, useState } from "react";

const TICK_MS = 250;

/** Counts down from a number of milliseconds. Answers the whole seconds that are left, and how to begin. */
export function useCountdown(): [seconds: number, begin: (ms: number) => void] {
  const [end, setEnd] = useState<number>();
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    if (end === undefined) return;
    const timer = setInterval(() => {
      const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
      setSeconds(left);
      if (left === 0) setEnd(undefined);
    }, TICK_MS);
    return () => {
      clearInterval(timer);
    };
  }, [end]);
  const begin = (ms: number) => {
    setEnd(performance.now() + ms);
    setSeconds(Math.ceil(ms / 1000));
  };
  return [seconds, begin];
}

/** "42 s", or "1:05" from a minute on. */
export function waitText(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
