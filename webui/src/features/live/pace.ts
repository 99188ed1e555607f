import type { Schedule } from "./liveFeed";

/** How often what is shown is made anew while changes come: nobody reads faster, and each time costs the page. */
const PACE_MS = 250;

/**
 * Has the first change after a while drawn with the next picture, and those that follow together, four times a second:
 * what a hundred changes a second cost the page is what four would. In a hidden tab, which draws nothing, all wait.
 */
export function paced(everyMs = PACE_MS): Schedule {
  let next = 0;
  return (work) => {
    let frame: number | undefined;
    const draw = () => {
      frame = requestAnimationFrame(() => {
        next = performance.now() + everyMs;
        work();
      });
    };
    const wait = next - performance.now();
    const timer = wait > 0 ? setTimeout(draw, wait) : undefined;
    if (timer === undefined) draw();
    return () => {
      clearTimeout(timer);
      if (frame !== undefined) cancelAnimationFrame(frame);
    };
  };
}
