import { CheckOutlined, CloseOutlined, ExclamationCircleOutlined, LoadingOutlined, ReloadOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";

import { QualityBar } from "./QualityBar";
import { t } from "./texts";

/** How far a picture is on its way to be enrolled. */
export type UploadProgress =
  | { readonly phase: "waiting" | "checking" }
  | { readonly phase: "accepted"; readonly quality: number }
  | {
      readonly phase: "refused";
      readonly title: string;
      readonly hint: string;
      /** What was measured and what is needed, in words. */
      readonly measured?: string | undefined;
      /** Whether the same picture may fare better: the server was away. */
      readonly transient: boolean;
    };

/** One picture that was dropped, chosen or taken, and what became of it. A refused one stays until it is dismissed. */
export function FaceUploadTile(props: {
  name: string;
  /** A blob URL; undefined for what the browser cannot show. */
  url: string | undefined;
  progress: UploadProgress;
  onRetry: () => void;
  onDismiss: () => void;
}) {
  const { name, url, progress, onRetry, onDismiss } = props;
  const { phase } = progress;
  // What the browser cannot show the core may still read, and says so if not.
  const [broken, setBroken] = useState(false);
  const under = phase === "waiting" || phase === "checking";
  return (
    <li
      data-testid="upload-tile"
      data-phase={phase}
      className={`flex gap-3 rounded-xl border p-3 ${phase === "refused" ? "border-rose-ink/40" : "border-line"}`}
    >
      <span className="relative size-16 shrink-0 overflow-hidden rounded-lg bg-mute" aria-hidden="true">
        {url !== undefined && !broken && (
          <img
            src={url}
            alt=""
            className="size-full object-cover"
            data-testid="face-image"
            onError={() => {
              setBroken(true);
            }}
          />
        )}
      </span>
      <div className="min-w-0 flex-1" role={phase === "refused" ? "alert" : "status"}>
        <p className="truncate text-xs text-quiet">{name}</p>
        {phase === "waiting" && <p className="font-medium">{t("waiting")}</p>}
        {phase === "checking" && (
          <p className="font-medium">
            <LoadingOutlined aria-hidden="true" className="mr-2" />
            {t("checking")}
          </p>
        )}
        {phase === "accepted" && (
          <>
            <p className="font-medium text-tint-ink">
              <CheckOutlined aria-hidden="true" className="mr-2" />
              {t("accepted")}
            </p>
            <QualityBar label={t("qualityOf", { name })} value={progress.quality} good />
          </>
        )}
        {phase === "refused" && (
          <>
            <p className="font-medium text-rose-ink">
              <ExclamationCircleOutlined aria-hidden="true" className="mr-2" />
              {progress.title}
            </p>
            <p>{progress.hint}</p>
            {progress.measured !== undefined && <p className="text-xs text-quiet">{progress.measured}</p>}
          </>
        )}
      </div>
      <div className="flex shrink-0 flex-col">
        <Button
          type="text"
          size="small"
          icon={<CloseOutlined />}
          aria-label={under ? t("cancelName", { name }) : t("dismissName", { name })}
          title={under ? t("cancel") : t("dismiss")}
          onClick={onDismiss}
        />
        {phase === "refused" && progress.transient && (
          <Button type="text" size="small" icon={<ReloadOutlined />} aria-label={t("tryNameAgain", { name })} title={t("tryAgain")} onClick={onRetry} />
        )}
      </div>
    </li>
  );
}
