import { CheckOutlined, CopyOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";

import { TextInput } from "../fields/inputs";
import { t } from "../texts";

/** Something that is shown this once, to be copied. */
export function SecretOnce({ label, value, note }: { label: string; value: string; note: string }) {
  const [copied, setCopied] = useState<boolean>();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setCopied(true);
    } catch {
      // Browsers give the clipboard to secure pages alone, and may ask: the text can be marked by hand.
      setCopied(false);
    }
  };
  return (
    <div className="space-y-2">
      <label className="block font-medium">
        {label}
        <TextInput
          readOnly
          value={value}
          data-testid="secret"
          className="mt-1 font-mono"
          onFocus={(event) => {
            event.target.select();
          }}
        />
      </label>
      <Button icon={copied ? <CheckOutlined aria-hidden="true" /> : <CopyOutlined aria-hidden="true" />} onClick={() => void copy()}>
        {copied ? t("copied") : t("copy")}
      </Button>
      <p role="status" className="sr-only">
        {copied && t("copied")}
      </p>
      {copied === false && <p className="text-rose-ink">{t("copyByHand")}</p>}
      <p className="rounded-lg bg-amber px-3 py-2 text-amber-ink">{note}</p>
    </div>
  );
}
