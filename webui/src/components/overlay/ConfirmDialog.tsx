import { Button } from "antd";
import type { ReactNode } from "react";

import { ErrorAlert } from "../feedback/ErrorAlert";
import { t } from "../texts";
import { Sheet } from "./Sheet";

/** Asks before something that is not taken back. */
export function ConfirmDialog(props: {
  title: string;
  note: ReactNode;
  action: string;
  busy: boolean;
  failure: { readonly title: string; readonly hint: string; readonly metadata: Readonly<Record<string, string>> } | undefined;
  onConfirm: () => void;
  onClose: () => void;
}) {
  const { title, note, action, busy, failure, onConfirm, onClose } = props;
  return (
    <Sheet title={title} shape="middle" onClose={onClose}>
      <div className="space-y-4">
        <p>{note}</p>
        {failure && <ErrorAlert title={failure.title} hint={failure.hint} requestId={failure.metadata.request_id} />}
        <div className="flex justify-end gap-3">
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="primary" danger loading={busy} onClick={onConfirm}>
            {action}
          </Button>
        </div>
      </div>
    </Sheet>
  );
}
