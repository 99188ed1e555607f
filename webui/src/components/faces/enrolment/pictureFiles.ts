/** What the core reads, and how much of it in one message. */
export const PICTURE_TYPES: readonly string[] = ["image/jpeg", "image/png", "image/webp"];
export const PICTURE_BYTES_MAX = 4_000_000;
/** A file of a camera or phone is larger; beyond this it is not read at all. */
const FILE_BYTES_MAX = 40_000_000;

export type FileFault = "type" | "size" | "count";

export interface PickedFiles {
  readonly taken: readonly File[];
  readonly left: readonly { readonly file: File; readonly fault: FileFault }[];
}

/** Tells the pictures that can be sent from what cannot, in their order. `room` is how many may be taken. */
export function pickPictures(files: readonly File[], room: number): PickedFiles {
  const taken: File[] = [];
  const left: { file: File; fault: FileFault }[] = [];
  for (const file of files) {
    const fault = faultOf(file) ?? (taken.length >= room ? "count" : undefined);
    if (fault) left.push({ file, fault });
    else taken.push(file);
  }
  return { taken, left };
}

function faultOf(file: File): FileFault | undefined {
  if (!PICTURE_TYPES.includes(file.type)) return "type";
  return file.size > FILE_BYTES_MAX || file.size === 0 ? "size" : undefined;
}
