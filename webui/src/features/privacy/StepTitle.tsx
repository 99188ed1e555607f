import { useEffect, useRef } from "react";

/** The title of a step. It takes the focus when its step comes, so that whoever does not see the page is taken along. */
export function StepTitle({ title, focused }: { title: string; focused: boolean }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (focused) heading.current?.focus();
  }, [focused]);
  return (
    <h2 ref={heading} tabIndex={-1} className="text-base font-semibold focus:outline-none">
      {title}
    </h2>
  );
}
