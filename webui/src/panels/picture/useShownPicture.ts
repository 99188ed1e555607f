import { useCallback, useEffect, useState } from "react";

/** A picture of this device that the page shows by an address of its own. */
export interface ShownPicture {
  readonly picture: Blob;
  /** A blob URL, which is given back with the picture. */
  readonly url: string;
}

/** One picture at a time; its memory is given back when another one comes, or the page goes. */
export function useShownPicture(): readonly [shown: ShownPicture | undefined, show: (picture: Blob | undefined) => void] {
  const [shown, setShown] = useState<ShownPicture>();
  useEffect(
    () => () => {
      if (shown) URL.revokeObjectURL(shown.url);
    },
    [shown],
  );
  const show = useCallback((picture: Blob | undefined) => {
    setShown(picture && { picture, url: URL.createObjectURL(picture) });
  }, []);
  return [shown, show];
}
