import { DownloadOutlined } from "@ant-design/icons";
import { Button, Dropdown, type MenuProps } from "antd";

import { t } from "./texts";
import type { DownloadChoice } from "./useReportDownload";

interface Entry {
  readonly key: string;
  readonly label: string;
  readonly choice: DownloadChoice;
}

/** The report as a file, by what it is wanted for. */
export function DownloadMenu(props: {
  readonly disabled: boolean;
  readonly busy: boolean;
  /** Whether there are several sites, so that each may be had for itself. */
  readonly severalSites: boolean;
  readonly onChoose: (choice: DownloadChoice) => void;
}) {
  const { disabled, busy, severalSites, onChoose } = props;
  const shown = entries(severalSites);
  const menu: MenuProps = {
    items: shown.map(({ key, label }) => ({ key, label })),
    onClick: ({ key }) => {
      const chosen = shown.find((entry) => entry.key === key);
      if (chosen) onChoose(chosen.choice);
    },
  };
  return (
    <Dropdown menu={menu} trigger={["click"]} disabled={disabled || busy}>
      <Button icon={<DownloadOutlined aria-hidden="true" />} aria-haspopup="menu">
        {busy ? t("preparing") : t("download")}
      </Button>
    </Dropdown>
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
