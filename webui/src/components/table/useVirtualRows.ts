import { type RefObject, useEffect, useEffectEvent, useRef, useState } from "react";

/** Rows above and below what is on the screen, so that a quick thumb does not meet a gap. */
const OVERSCAN = 8;

export interface VirtualRows<Element extends HTMLElement> {
  readonly container: RefObject<Element | null>;
  /** The first row to draw. */
  readonly start: number;
  /** One after the last row to draw. */
  readonly end: number;
}

/** Which rows of equal height are to be drawn, when the top of the first lies that far above the top of the window. */
export function visibleRows(above: number, windowHeight: number, rowHeight: number, count: number): { start: number; end: number } {
  const first = Math.floor(above / rowHeight) - OVERSCAN;
  const last = Math.ceil((above + windowHeight) / rowHeight) + OVERSCAN;
  const start = Math.min(Math.max(0, first), count);
  return { start, end: Math.min(Math.max(start, last), count) };
}

/** Draws only the rows that are on the screen of a list that scrolls with the page. */
export function useVirtualRows<Element extends HTMLElement>(count: number, rowHeight: number): VirtualRows<Element> {
  const container = useRef<Element>(null);
  const [range, setRange] = useState(() => visibleRows(0, window.innerHeight, rowHeight, count));
  const measure = useEffectEvent(() => {
    if (!container.current) return;
    const next = visibleRows(-container.current.getBoundingClientRect().top, window.innerHeight, rowHeight, count);
    setRange((known) => (known.start === next.start && known.end === next.end ? known : next));
  });
  useEffect(() => {
    let frame = 0;
    const schedule = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => {
        measure();
      });
    };
    schedule();
    window.addEventListener("scroll", schedule, { passive: true });
    window.addEventListener("resize", schedule);
    return () => {
      cancelAnimationFrame(frame);
      window.removeEventListener("scroll", schedule);
      window.removeEventListener("resize", schedule);
    };
  }, [count, rowHeight]);
  return { container, start: Math.min(range.start, count), end: Math.min(Math.max(range.end, range.start), count) };
}
