import { DownloadOutlined } from "@ant-design/icons";
import { Button } from "antd";

import { useSites } from "../../../api/hooks";
import { saveFile } from "../../../api/saveFile";
import { Section } from "../Section";
import { sheetTemplate } from "./sheetTemplate";
import { t } from "./texts";

const FOLDERS = ["Ann Lee/front.jpg", "Ann Lee/left.jpg", "Ben Ortiz/1.jpg"].join("\n");
/** Short enough to be seen whole beside the form. */
const SHEET = [
  "file;display_name;employee_number;job_title;email;sites",
  "ann/1.jpg|ann/2.jpg;Ann Lee;P-17;Cashier;;Main St",
  "ben/;Ben Ortiz;P-18;;ben@shop.example;",
].join("\n");

/** What the file has to look like. */
export function ImportHelp() {
  const sites = useSites();
  const rules = [t("helpRule1"), t("helpRule2"), t("helpRule3"), t("helpRule4")];
  return (
    <Section title={t("helpTitle")}>
      <Sample note={t("helpFolders")} text={FOLDERS} />
      <Sample note={t("helpSheet")} text={SHEET} />
      <Button
        icon={<DownloadOutlined aria-hidden="true" />}
        onClick={() => {
          saveFile(sheetTemplate((sites.data ?? []).map(({ displayName }) => displayName)), t("templateName"));
        }}
      >
        {t("template")}
      </Button>
      <ul className="list-disc space-y-1 pl-5">
        {rules.map((rule) => (
          <li key={rule}>{rule}</li>
        ))}
      </ul>
    </Section>
  );
}

function Sample({ note, text }: { note: string; text: string }) {
  return (
    <div>
      <p>{note}</p>
      {/* Whoever has no mouse scrolls it with the arrow keys. */}
      <pre tabIndex={0} role="region" aria-label={note} className="mt-2 overflow-x-auto rounded-lg bg-mute px-3 py-2 font-mono text-xs leading-5 text-mute-ink">
        {text}
      </pre>
    </div>
  );
}
