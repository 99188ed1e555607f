import { ExclamationCircleOutlined } from "@ant-design/icons";
import { Button } from "antd";

import { t } from "../texts";

/** A failure in words, with a way on when there is one. */
export function ErrorAlert(props: {
  title: string;
  hint: string;
  requestId?: string | undefined;
  onRetry?: (() => void) | undefined;
}) {
  const { title, hint, requestId, onRetry } = props;
  return (
    <div role="alert" className="flex items-start gap-3 rounded-xl bg-rose px-4 py-3 text-rose-ink">
      <ExclamationCircleOutlined className="mt-1" aria-hidden="true" />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{title}</p>
        <p>{hint}</p>
        {requestId !== undefined && <p className="text-xs">{t("request", { id: requestId })}</p>}
      </div>
      {onRetry && <Button onClick={onRetry}>{t("tryAgain")}</Button>}
    </div>
  );
}
