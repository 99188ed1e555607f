import { t } from "../texts";

/** A face, or what is in its place while there is none. Fills its parent's width; always square. */
export function FaceFrame(props: {
  status: "none" | "loading" | "shown" | "failed";
  url: string | undefined;
  alt: string;
  /** "contain" shows the whole picture, for what is drawn over it. */
  fit?: "cover" | "contain";
  className?: string;
  /** Shows up without a movement, among many others. */
  quiet?: boolean;
}) {
  const { status, url, alt, fit = "cover", className = "", quiet = false } = props;
  return (
    <div className={`relative aspect-square overflow-hidden bg-mute ${className}`} data-face={status}>
      {status === "shown" ? (
        <img
          src={url}
          alt={alt}
          decoding="async"
          className={`absolute inset-0 size-full ${quiet ? "" : "animate-arrive"} ${fit === "contain" ? "object-contain" : "object-cover"}`}
          data-testid="face-image"
        />
      ) : (
        <div
          role="img"
          aria-label={t(LABELS[status])}
          className={`absolute inset-0 grid place-items-center text-mute-ink ${status === "loading" && !quiet ? "animate-pulse" : ""}`}
        >
          <svg viewBox="0 0 24 24" aria-hidden="true" className="size-3/5 fill-current opacity-25">
            <circle cx="12" cy="8.6" r="4.1" />
            <path d="M3.8 21c.5-4.6 3.8-6.9 8.2-6.9s7.7 2.3 8.2 6.9z" />
          </svg>
        </div>
      )}
    </div>
  );
}

const LABELS = { none: "faceNone", loading: "faceLoading", failed: "faceFailed" } as const;
