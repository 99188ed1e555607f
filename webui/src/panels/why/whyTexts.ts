import { t } from "./texts";

// Words that the server sends, in the language of the page. It may learn one that this console has none for.

const RULES: ReadonlyMap<string, () => string> = new Map([
  ["anonymous", () => t("ruleAnonymous")],
  ["opted_out", () => t("ruleOptedOut")],
  ["below_match_gate", () => t("ruleBelowGate")],
  ["same_track", () => t("ruleSameTrack")],
  ["matched", () => t("ruleMatched")],
  ["confirmed", () => t("ruleConfirmed")],
  ["too_close_to_call", () => t("ruleTooClose")],
  ["waits", () => t("ruleWaits")],
  ["new", () => t("ruleNew")],
]);

const OUTCOMES: ReadonlyMap<string, () => string> = new Map([
  ["known", () => t("outcomeKnown")],
  ["new", () => t("outcomeNew")],
  ["unrecognisable", () => t("outcomeUnrecognisable")],
  ["pending", () => t("outcomePending")],
  ["staff", () => t("outcomeStaff")],
]);

const GATES: ReadonlyMap<string, () => string> = new Map([
  ["inter_ocular_px", () => t("gateEyes")],
  ["pose", () => t("gatePose")],
  ["sharpness", () => t("gateSharpness")],
  ["exposure", () => t("gateExposure")],
  ["score", () => t("gateScore")],
]);

const PROVENANCES: ReadonlyMap<string, () => string> = new Map([
  ["created", () => t("fromCreated")],
  ["confirmed", () => t("fromConfirmed")],
  ["learned", () => t("fromLearned")],
  ["enrolled", () => t("fromEnrolled")],
]);

export const ruleText = (rule: string): string => RULES.get(rule)?.() ?? rule;
export const outcomeText = (outcome: string): string => OUTCOMES.get(outcome)?.() ?? outcome;
export const gateText = (name: string): string => GATES.get(name)?.() ?? name;
export const provenanceText = (provenance: string): string => PROVENANCES.get(provenance)?.() ?? provenance;

/** A measured figure with its unit. */
export function gateValue(name: string, value: number): string {
  return name === "inter_ocular_px" ? `${Math.round(value)} px` : value.toFixed(2);
}
