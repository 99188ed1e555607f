import type { Translation } from "../../i18n/texts";
import type { t } from "./texts";

export const vi: Translation<typeof t> = {
  goes: "Những gì mất đi vĩnh viễn:",
  faces: { other: "{count} khuôn mặt dùng để nhận ra họ" },
  tracks: { other: "{count} lần thấy" },
  visits: { other: "{count} lượt ghé, kể cả trong báo cáo" },
  images: { other: "{count} hình đã lưu" },
  name: "tên đã đặt cho họ",
  mergedSome: { other: "{count} khách hàng đã được gộp vào khách này" },
  mergedAny: "các khách hàng đã được gộp vào khách này, nếu có",
  after: "Không thể hoàn tác. Ai đến lại sẽ là người mới. Nhật ký kiểm tra chỉ ghi rằng bạn đã làm, không ghi tên.",
  afterOptOut: "Không thể hoàn tác. Ai đến lại chỉ được đếm và không được nhận ra. Nhật ký kiểm tra chỉ ghi rằng bạn đã làm, không ghi tên.",
  optOut: "Và không nhận ra người này nữa",
  optOutHint:
    "Chỉ khi người đó đồng ý: để bỏ qua họ, một mẫu khuôn mặt được niêm phong và giữ lại, không dùng cho việc nào khác. Họ có thể đổi ý bất cứ lúc nào.",
  ticket: "Số phiếu yêu cầu",
  ticketHint: "Số của yêu cầu mà họ gửi. Số này được giữ lại, nên không được chứa tên. Có thể để trống.",
  type: "Nhập {phrase} để xác nhận",
  phrase: "xóa",
  visitor: "Khách {number}",
  staff: "Nhân viên {number}",
  confirm: "Xóa vĩnh viễn",
  cancel: "Hủy",
  reading: "Đang đếm những gì sẽ mất",
};
