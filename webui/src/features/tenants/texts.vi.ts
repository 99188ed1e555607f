import type { Translation } from "../../i18n/texts";
import type { t } from "./texts";

export const vi: Translation<typeof t> = {
  title: "Khách thuê",
  note: "Các chuỗi cửa hàng dùng chung hệ thống này. Mọi việc bạn làm khi thay mặt một chuỗi đều có trong nhật ký của chuỗi đó.",
  add: "Thêm khách thuê",
  addATenant: "Thêm một khách thuê",
  name: "Tên",
  nameMissing: "Khách thuê cần có tên.",
  nameTaken: "Tên này đã được dùng.",
  search: "Tìm theo tên",
  caption: "Khách thuê theo tên",
  since: "Từ ngày",
  act: "Thay mặt",
  actFor: "Thay mặt {tenant}",
  stop: "Dừng",
  acting: "Đang thay mặt",
  none: "Chưa có khách thuê nào",
  noneHint: "Mỗi khách thuê là một chuỗi cửa hàng. Hãy thêm, rồi thay mặt chuỗi đó để thêm cửa hàng và người dùng.",
  noMatch: "Không có khách thuê nào tên như vậy",
  noMatchHint: "Hãy tìm một phần của tên.",
};
