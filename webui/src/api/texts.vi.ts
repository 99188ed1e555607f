import type { Translation } from "../i18n/texts";
import type { t } from "./texts";

export const vi: Translation<typeof t> = {
  systemAdmin: "Quản trị hệ thống",
  tenantAdmin: "Quản trị viên",
  siteManager: "Quản lý cửa hàng",
  worker: "Máy xử lý tại cửa hàng",
  noTenant: "{role}, chưa chọn khách thuê",
  actingFor: "{role}, đang thay mặt {tenant}",
};
