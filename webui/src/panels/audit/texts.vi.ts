import type { Translation } from "../../i18n/texts";
import type { t } from "./texts";

export const vi: Translation<typeof t> = {
  nobody: "Không ai đăng nhập",
  system: "Chính hệ thống",
};
