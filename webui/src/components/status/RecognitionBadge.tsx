import { t } from "../texts";
import type { Recognition } from "./recognition";
import { StateBadge } from "./StateBadge";

const SHOWN = {
  recognising: { tone: "good", label: "recognises" },
  anonymous: { tone: "quiet", label: "countsOnly" },
  none: { tone: "bad", label: "noBasis" },
  expired: { tone: "bad", label: "basisExpired" },
} as const;

/** Whether people are recognised at a site. */
export function RecognitionBadge({ recognition }: { recognition: Recognition }) {
  const { tone, label } = SHOWN[recognition];
  return <StateBadge tone={tone}>{t(label)}</StateBadge>;
}
