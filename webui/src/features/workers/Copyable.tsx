import { CheckOutlined, CopyOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";

import { t } from "./texts";

/** A text to be taken along, with a button that copies it. */
export function Copyable(props: { label: string; text: string; secret?: boolean }) {
  const { label, text, secret = false } = props;
  const [state, setState] = useState<"shown" | "copied" | "failed">("shown");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setState("copied");
    } catch {
      // Browsers give the clipboard to secure pages alone: the text can be marked by hand.
      setState("failed");
    }
  };
  return (
    <div>
      <p className="mb-1 font-medium">{label}</p>
      <div className="flex items-start gap-2 rounded-lg border border-line bg-canvas p-2">
        <code className="min-w-0 flex-1 font-mono text-xs leading-6 break-all select-all" data-testid={secret ? "secret" : undefined}>
          {text}
        </code>
        <Button
          size="small"
          icon={state === "copied" ? <CheckOutlined /> : <CopyOutlined />}
          aria-label={t("copyName", { name: label })}
          onClick={() => void copy()}
        />
      </div>
      <p role="status" className="text-xs text-quiet">
        {state === "copied" && t("copied")}
        {state === "failed" && t("copyByHand")}
      </p>
    </div>
  );
}
