import type { ReactNode } from "react";

import { FaceFrame } from "./FaceFrame";

/** A face with what is to be said of it beneath. Fills its parent's width. */
export function FaceTile(props: {
  image: { readonly status: "none" | "loading" | "shown" | "failed"; readonly url: string | undefined };
  alt: string;
  title: ReactNode;
  note?: ReactNode;
}) {
  const { image, alt, title, note } = props;
  return (
    <figure className="min-w-0">
      <FaceFrame status={image.status} url={image.url} alt={alt} className="rounded-xl" />
      <figcaption className="mt-1.5">
        <p className="truncate font-medium">{title}</p>
        {note !== undefined && <p className="text-xs text-quiet">{note}</p>}
      </figcaption>
    </figure>
  );
}
