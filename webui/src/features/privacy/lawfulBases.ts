import { LawfulBasis } from "../../api/gen/footfall/v1/site_service_pb";

/** What an operator may rely on, with the text that names it. */
export const LAWFUL_BASES = [
  { basis: LawfulBasis.EXPLICIT_CONSENT, label: "explicitConsent" },
  { basis: LawfulBasis.SUBSTANTIAL_PUBLIC_INTEREST, label: "publicInterest" },
  { basis: LawfulBasis.OTHER, label: "otherBasis" },
] as const;

/** The text of a basis; one that this console does not know is another ground. */
export function nameOf(basis: LawfulBasis): (typeof LAWFUL_BASES)[number]["label"] {
  return LAWFUL_BASES.find((each) => each.basis === basis)?.label ?? "otherBasis";
}
