import type { Translation } from "../../i18n/texts";
import type { t } from "./texts";

export const vi: Translation<typeof t> = {
  editor: "Vùng che và vạch lối vào trên hình",
  editorHelp:
    "Mỗi điểm là một nút. Phím mũi tên di chuyển điểm, kèm Shift thì xa hơn; Delete xóa điểm; Escape dừng vẽ. Control Z hoàn tác.",
  tools: "Vẽ",
  newMask: "Vẽ vùng che",
  newLine: "Vẽ vạch lối vào",
  redrawLine: "Vẽ lại vạch",
  turnLine: "Đổi chiều vào và ra",
  deleteMask: "Xóa vùng che {mask}",
  deleteLine: "Xóa vạch lối vào",
  closeShape: "Khép vùng",
  addPoint: "Thêm điểm",
  addCorner: "Thêm góc",
  addCornerAfter: "Thêm góc sau góc {corner} của vùng che {mask}",
  undo: "Hoàn tác",
  redo: "Làm lại",
  cancel: "Hủy",
  drawMask: { other: "Nhấp quanh vùng không xét khuôn mặt: đã có {count} góc, cần ít nhất 3." },
  drawLine: "Nhấp điểm đầu của vạch, rồi điểm cuối. Bên trong nằm ở bên trái khi đi từ đầu đến cuối.",
  cornerName: "Góc {corner} của vùng che {mask}, cách trái {x} %, cách trên {y} %",
  lineStartName: "Điểm đầu của vạch lối vào, cách trái {x} %, cách trên {y} %",
  lineEndName: "Điểm cuối của vạch lối vào, cách trái {x} %, cách trên {y} %",
  fewCorners: "Vùng che {mask} cần ít nhất ba góc.",
  crossesItself: "Các cạnh của vùng che {mask} cắt nhau. Hãy dời một góc.",
  tooSmall: "Vùng che {mask} gần như không che gì.",
  lineTooShort: "Vạch lối vào quá ngắn.",
};
