import { useEffect } from "react";

/** Wakes what waits for the network as soon as it is back. */
export function useWake(waiting: { wake: () => void }): void {
  useEffect(() => {
    const wake = () => {
      waiting.wake();
    };
    window.addEventListener("online", wake);
    return () => {
      window.removeEventListener("online", wake);
    };
  }, [waiting]);
}
