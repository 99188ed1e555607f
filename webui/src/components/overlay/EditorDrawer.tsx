import { Button } from "antd";
import type { ReactNode, SyntheticEvent } from "react";

import { ErrorAlert } from "../feedback/ErrorAlert";
import { t } from "../texts";
import { Sheet } from "./Sheet";

/** The frame of a form that is laid over the page. */
export function EditorDrawer(props: {
  title: string;
  action: string;
  busy: boolean;
  failure: { readonly title: string; readonly hint: string; readonly metadata: Readonly<Record<string, string>> } | undefined;
  onSave: () => void;
  onClose: () => void;
  children: ReactNode;
}) {
  const { title, action, busy, failure, onSave, onClose, children } = props;
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!busy) onSave();
  };
  return (
    <Sheet title={title} shape="side" onClose={onClose}>
      <form noValidate onSubmit={submit} className="space-y-5" aria-label={title}>
        {failure && <ErrorAlert title={failure.title} hint={failure.hint} requestId={failure.metadata.request_id} />}
        {children}
        <div className="flex justify-end gap-3 pt-2">
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="primary" htmlType="submit" loading={busy}>
            {action}
          </Button>
        </div>
      </form>
    </Sheet>
  );
}
