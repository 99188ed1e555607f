import { CloseOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { type ReactNode, useEffect, useId, useRef } from "react";

import { t } from "../texts";

const SHAPES = {
  side: "ff-sheet-side my-0 mr-0 ml-auto h-dvh max-h-none w-[26.5rem] max-w-full border-l border-line sm:rounded-l-2xl",
  bottom: "ff-sheet-bottom mx-0 mt-auto mb-0 w-full max-w-none rounded-t-2xl border-t border-line",
  middle: "ff-sheet-middle m-auto w-[28rem] max-w-[calc(100vw-2rem)] rounded-2xl border border-line",
} as const;

/**
 * Something laid over the page until it is closed. It is the browser's own modal dialog: it keeps the
 * focus inside, gives it back, closes on Escape, and needs no style that the CSP would refuse.
 */
export function Sheet(props: {
  title: string;
  shape: keyof typeof SHAPES;
  onClose: () => void;
  children: ReactNode;
}) {
  const { title, shape, onClose, children } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const opened = dialog.current;
    opened?.showModal();
    return () => {
      opened?.close();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      className={`bg-raised p-0 text-ink shadow-2xl backdrop:bg-black/40 ${SHAPES[shape]}`}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => {
        // Only the backdrop is the dialog itself; everything else lies in its child.
        if (event.target === event.currentTarget) onClose();
      }}
    >
      <div className="flex max-h-full flex-col overflow-auto">
        <header className="sticky top-0 z-10 flex items-center justify-between gap-4 bg-raised py-3 pr-3 pl-6">
          <h2 id={titleId} className="truncate text-base font-semibold">
            {title}
          </h2>
          <Button type="text" icon={<CloseOutlined />} aria-label={t("close")} onClick={onClose} />
        </header>
        <div className="px-6 pt-1 pb-6">{children}</div>
      </div>
    </dialog>
  );
}
