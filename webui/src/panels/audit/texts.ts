import { texts } from "../../i18n/texts";

export const t = texts("panels/audit", {
  nobody: "Nobody signed in",
  system: "The system itself",
});
