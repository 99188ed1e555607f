import { Button } from "antd";

import type { PictureRefusal } from "./refusal";
import { t } from "./texts";

/** Why a picture was not taken, beside the picture; with another try where it may help. */
export function RefusalAlert(props: { refusal: PictureRefusal; url: string | undefined; onRetry: () => void }) {
  const { refusal, url, onRetry } = props;
  return (
    <div role="alert" className="flex gap-3 rounded-xl bg-rose px-4 py-3 text-rose-ink">
      {url !== undefined && <img src={url} alt="" className="size-16 shrink-0 rounded-lg object-cover" data-testid="face-image" />}
      <div className="min-w-0 flex-1">
        <p className="font-medium">{refusal.title}</p>
        <p>{refusal.hint}</p>
        {refusal.measured !== undefined && <p className="text-xs">{refusal.measured}</p>}
      </div>
      {url !== undefined && refusal.transient && <Button onClick={onRetry}>{t("tryAgain")}</Button>}
    </div>
  );
}
