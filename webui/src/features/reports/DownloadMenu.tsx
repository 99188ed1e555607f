import { DownloadOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useEffect, useId, useRef, useState } from "react";

import { t } from "./texts";
import type { DownloadChoice } from "./useReportDownload";

interface Entry {
  readonly key: string;
  readonly label: string;
  readonly choice: DownloadChoice;
}

/** The report as a file, by what it is wanted for: a button that shows the buttons for each. */
export function DownloadMenu(props: {
  readonly disabled: boolean;
  readonly busy: boolean;
  /** Whether there are several sites, so that each may be had for itself. */
  readonly severalSites: boolean;
  readonly onChoose: (choice: DownloadChoice) => void;
}) {
  const { disabled, busy, severalSites, onChoose } = props;
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const listId = useId();
  useEffect(() => {
    if (!open) return;
    const onEscape = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      setOpen(false);
      button.current?.focus();
    };
    // Whoever points or goes on elsewhere is done with it.
    const onElsewhere = (event: Event) => {
      if (!(event.target instanceof Node) || !box.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener("keydown", onEscape);
    document.addEventListener("pointerdown", onElsewhere);
    document.addEventListener("focusin", onElsewhere);
    return () => {
      document.removeEventListener("keydown", onEscape);
      document.removeEventListener("pointerdown", onElsewhere);
      document.removeEventListener("focusin", onElsewhere);
    };
  }, [open]);
  return (
    <div ref={box} className="relative">
      <Button
        ref={button}
        icon={<DownloadOutlined aria-hidden="true" />}
        disabled={disabled || busy}
        aria-expanded={open}
        aria-controls={listId}
        onClick={() => {
          setOpen(!open);
        }}
      >
        {busy ? t("preparing") : t("download")}
      </Button>
      <ul
        id={listId}
        hidden={!open}
        className="absolute left-0 z-20 mt-1 w-max max-w-[85vw] rounded-xl border border-line bg-surface p-1 shadow-lg sm:right-0 sm:left-auto"
      >
        {entries(severalSites).map(({ key, label, choice }) => (
          <li key={key}>
            <Button
              type="text"
              block
              className="justify-start"
              onClick={() => {
                setOpen(false);
                button.current?.focus();
                onChoose(choice);
              }}
            >
              {label}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function entries(severalSites: boolean): readonly Entry[] {
  const together: Entry[] = [
    { key: "csv", label: t("downloadCsv"), choice: { kind: "csv", bySite: false } },
    { key: "png", label: t("downloadPng"), choice: { kind: "png", bySite: false } },
    { key: "pdf", label: t("downloadPdf"), choice: { kind: "pdf", bySite: false } },
  ];
  if (!severalSites) return together;
  return [
    ...together,
    { key: "csv-by-site", label: t("downloadCsvBySite"), choice: { kind: "csv", bySite: true } },
    { key: "pdf-by-site", label: t("downloadPdfBySite"), choice: { kind: "pdf", bySite: true } },
  ];
}
