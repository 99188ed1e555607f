import { EyeInvisibleOutlined, VideoCameraOutlined } from "@ant-design/icons";
import type { ReactNode } from "react";

import { timeOfDay } from "../../time/format";
import type { PreviewState } from "./preview";
import { t } from "./texts";

/** The picture with a line below it that says what is shown, and when it was taken: never an old one that looks live. */
export function PreviewFrame(props: {
  name: string;
  preview: PreviewState;
  /** Why there can be no picture. */
  absence: "forbidden" | "unread" | undefined;
  size: { readonly width: number; readonly height: number };
  zone: string;
  onSize: (size: { readonly width: number; readonly height: number }) => void;
  children?: ReactNode;
}) {
  const { name, preview, absence, size, zone, onSize, children } = props;
  const { phase, picture } = preview;
  const shown = absence === undefined ? picture : undefined;
  const stale = phase === "retrying" || phase === "paused";
  return (
    <figure>
      <div
        className="relative w-full overflow-hidden rounded-t-2xl bg-[#101817] text-white"
        style={{ aspectRatio: `${size.width} / ${size.height}` }}
      >
        {shown ? (
          <img
            src={shown.url}
            alt={t("pictureOf", { name })}
            data-testid="preview-picture"
            data-kind={shown.kind}
            draggable={false}
            className={`absolute inset-0 size-full select-none ${stale ? "opacity-60 grayscale" : ""}`}
            onLoad={({ currentTarget: { naturalWidth: width, naturalHeight: height } }) => {
              if (width > 0 && (width !== size.width || height !== size.height)) onSize({ width, height });
            }}
          />
        ) : (
          <div className={`absolute inset-0 grid place-items-center p-6 text-center ${phase === "waiting" && absence === undefined ? "animate-pulse" : ""}`}>
            <div className="max-w-sm">
              <span aria-hidden="true" className="text-3xl opacity-60">
                {absence === "forbidden" ? <EyeInvisibleOutlined /> : <VideoCameraOutlined />}
              </span>
              <p className="mt-2">{absenceText(absence, preview)}</p>
            </div>
          </div>
        )}
        {children}
      </div>
      <figcaption
        role="status"
        data-testid="preview-caption"
        data-phase={absence ?? phase}
        className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-b-2xl border border-t-0 border-line bg-surface px-4 py-2"
      >
        <span className={`inline-flex items-center gap-2 font-medium ${phase === "live" && !absence ? "text-brand" : ""}`}>
          <span aria-hidden="true" className={`size-2 rounded-full bg-current ${phase === "live" && !absence ? "animate-beat" : "opacity-50"}`} />
          {absence ? t("noLive") : t(PHASES[phase])}
        </span>
        {shown && <span className="text-quiet tabular-nums">{takenText(shown, zone)}</span>}
        {!absence && preview.error && phase === "retrying" && <span className="text-quiet">{preview.error.title}</span>}
      </figcaption>
    </figure>
  );
}

const PHASES = {
  paused: "phasePaused",
  waiting: "phaseWaiting",
  live: "phaseLive",
  retrying: "phaseRetrying",
  stopped: "phaseStopped",
} as const satisfies Record<PreviewState["phase"], string>;

function takenText({ kind, takenAt, gotAt }: NonNullable<PreviewState["picture"]>, zone: string): string {
  if (kind === "still") return t("stillGot", { time: timeOfDay(gotAt, zone) });
  return t("taken", { time: timeOfDay(takenAt ?? gotAt, zone) });
}

function absenceText(absence: "forbidden" | "unread" | undefined, { phase, error }: PreviewState): string {
  if (absence === "forbidden") return t("forbidden");
  if (absence === "unread") return t("unread");
  if (error) return `${error.title}. ${error.hint}`;
  return phase === "paused" ? t("pausedHint") : t("pictureLoading");
}
