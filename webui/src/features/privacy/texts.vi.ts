import type { Translation } from "../../i18n/texts";
import type { t } from "./texts";

export const vi: Translation<typeof t> = {
  title: "Quyền riêng tư",
  note: "Những hình khuôn mặt nào rời khỏi từng cửa hàng. Các máy xử lý nhận thay đổi trong vài giây.",
  caption: "Cửa hàng theo tên",
  site: "Cửa hàng",
  pictures: "Hình rời khỏi cửa hàng",
  picturesOf: "Hình rời khỏi {site}",
  none: "Không hình nào",
  noneNote: "Khuôn mặt được đếm nhưng không ai xem được: không có hình cắt, ảnh chụp hay xem trước.",
  crops: "Khuôn mặt",
  cropsNote: "Khuôn mặt với phần viền quanh, không có gì khác của hình.",
  frames: "Toàn bộ hình",
  framesNote: "Toàn bộ hình mà khuôn mặt rõ nhất, cùng mọi người khác trong đó.",
  most: "Mức nhiều nhất mà camera của cửa hàng được gửi; cài đặt riêng của camera chỉ có thể chặt hơn.",
  saved: "Đã lưu",
  noSite: "Chưa có cửa hàng nào",
  noSiteHint: "Hãy thêm cửa hàng trước.",
};
