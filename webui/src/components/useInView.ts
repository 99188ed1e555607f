import { type RefObject, useEffect, useState } from "react";

/** Whether an element is on the screen or about to be. Where a browser cannot tell, it always is. */
export function useInView(element: RefObject<HTMLElement | null>): boolean {
  const [inView, setInView] = useState(typeof IntersectionObserver === "undefined");
  useEffect(() => {
    const observed = element.current;
    if (!observed || typeof IntersectionObserver === "undefined") return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry) setInView(entry.isIntersecting);
      },
      { rootMargin: "200px" },
    );
    observer.observe(observed);
    return () => {
      observer.disconnect();
    };
  }, [element]);
  return inView;
}
