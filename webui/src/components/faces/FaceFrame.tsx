import { UserOutlined } from "@ant-design/icons";

/** A face, or what is in its place while there is none. Fills its parent's width; always square. */
export function FaceFrame(props: {
  status: "none" | "loading" | "shown" | "failed";
  url: string | undefined;
  alt: string;
  className?: string;
}) {
  const { status, url, alt, className = "" } = props;
  return (
    <div className={`relative aspect-square overflow-hidden bg-mute ${className}`} data-face={status}>
      {status === "shown" ? (
        <img
          src={url}
          alt={alt}
          decoding="async"
          className="absolute inset-0 size-full animate-arrive object-cover"
          data-testid="face-image"
        />
      ) : (
        <div
          role="img"
          aria-label={LABELS[status]}
          className={`absolute inset-0 grid place-items-center text-mute-ink ${status === "loading" ? "animate-pulse" : ""}`}
        >
          <UserOutlined className="text-[40%] opacity-40 [&>svg]:size-[38%]" aria-hidden="true" />
        </div>
      )}
    </div>
  );
}

const LABELS = {
  none: "No image yet",
  loading: "Image is loading",
  shown: "",
  failed: "Image is not available",
} as const;
