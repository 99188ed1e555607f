const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;
/** As the console writes a number: "812" or "#812". At most 18 digits, which an int64 holds. */
const NUMBER = /^#?(\d{1,18})$/;

/** Who is meant by what somebody typed. */
export type SubjectRef = { readonly by: "id"; readonly subjectId: string } | { readonly by: "number"; readonly number: bigint };

/** Reads the number of a customer, or the address of a page of a customer or staff member; undefined for anything else. */
export function readSubject(text: string): SubjectRef | undefined {
  const typed = text.trim();
  const id = UUID.exec(typed)?.[0];
  if (id !== undefined) return { by: "id", subjectId: id.toLowerCase() };
  const digits = NUMBER.exec(typed)?.[1];
  if (digits === undefined || /^0+$/.test(digits)) return undefined;
  return { by: "number", number: BigInt(digits) };
}
