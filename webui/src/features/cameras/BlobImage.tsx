import { useCallback } from "react";

/** A picture that is in memory; its address is given back when it is shown no more. */
export function BlobImage(props: { blob: Blob; alt: string; className?: string }) {
  const { blob, alt, className } = props;
  const show = useCallback(
    (image: HTMLImageElement) => {
      const url = URL.createObjectURL(blob);
      image.src = url;
      return () => {
        URL.revokeObjectURL(url);
      };
    },
    [blob],
  );
  return <img ref={show} alt={alt} decoding="async" className={className} data-testid="camera-picture" />;
}
