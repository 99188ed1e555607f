import type { Translation } from "../../i18n/texts";
import type { t } from "./texts";

export const vi: Translation<typeof t> = {
  unnamed: "Nhân viên {number}",
  visitor: "Khách {number}",
  photoOf: "Ảnh của {name}",
  chooseFile: "Chọn một ảnh",
  useCamera: "Dùng camera",
  tryAgain: "Thử lại",
  waitingPerson: "Người mới thấy một lần",
  typeFault: "Tệp này không phải ảnh dùng được",
  typeFaultHint: "Hãy dùng tệp JPEG, PNG hoặc WebP. Điện thoại có thể lưu JPEG thay cho HEIC.",
  sizeFault: "Tệp này trống hoặc quá lớn",
  sizeFaultHint: "Hãy dùng ảnh nhỏ hơn 40 MB.",
  unreadable: "Trình duyệt không đọc được ảnh này",
  unreadableHint: "Tệp có thể bị hỏng. Hãy chọn ảnh khác.",
  measuredFaces: { other: "Tìm thấy {count} khuôn mặt." },
  measuredEyes: "{measured} điểm ảnh giữa hai mắt; cần ít nhất {needed}.",
  measuredTurn: "Nghiêng {measured}°; dùng được nhiều nhất {needed}°.",
  measuredSharpness: "Độ nét {measured} %; cần ít nhất {needed} %.",
  measuredExposure: "Độ sáng {measured} %; cần ít nhất {needed} %.",
  measuredVisible: "{measured} % khuôn mặt nằm trong ảnh; cần ít nhất {needed} %.",
  measuredPixels: "{measured} megapixel; đọc được nhiều nhất {needed}.",
  measuredLikeness: "Độ giống {score}; từ {threshold} trở lên được coi là cùng một người.",
  measuredMost: { other: "Một người có thể có {count} ảnh." },
};
