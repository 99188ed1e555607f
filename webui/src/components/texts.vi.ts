import type { Translation } from "../i18n/texts";
import type { t } from "./texts";

export const vi: Translation<typeof t> = {
  tryAgain: "Thử lại",
  request: "Yêu cầu {id}",
  loading: "Đang tải",
  close: "Đóng",
  cancel: "Hủy",
  language: "Ngôn ngữ",
  languageFailed: "Không tải được ngôn ngữ này. Hãy thử lại sau giây lát.",
  pages: "Các trang",
  page: "Trang {number}",
  newer: "Mới hơn",
  older: "Cũ hơn",
  new: "Mới",
  repeat: "Quay lại",
  copy: "Sao chép",
  copied: "Đã sao chép",
  copyByHand: "Trình duyệt này không cho phép sao chép. Hãy chọn chữ và sao chép bằng tay.",
  visitor: "Khách {number}",
  sameFrom: "cùng người từ {score}",
  newBelow: "người mới dưới {score}",
  faceNone: "Chưa có hình",
  faceLoading: "Đang tải hình",
  faceFailed: "Không có hình",
};
