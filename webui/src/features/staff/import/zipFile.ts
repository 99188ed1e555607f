/** As much as the core takes in one import. */
export const ZIP_BYTES_MAX = 256 * 1024 * 1024;
export const ZIP_TYPES: readonly string[] = [".zip", "application/zip", "application/x-zip-compressed"];

export type ZipFault = "several" | "type" | "empty" | "large" | "other";

/** What can be told of the chosen files before anything is sent. `wanted` is the size of a file that came in part. */
export function zipFaultOf(files: readonly { readonly name: string; readonly size: number }[], wanted?: number): ZipFault | undefined {
  const [file, ...more] = files;
  if (!file || more.length > 0) return "several";
  // Browsers disagree about the type of a zip file; all of them know its name.
  if (!file.name.toLowerCase().endsWith(".zip")) return "type";
  if (file.size === 0) return "empty";
  if (file.size > ZIP_BYTES_MAX) return "large";
  return wanted !== undefined && file.size !== wanted ? "other" : undefined;
}
