import type { Translation } from "../i18n/texts";
import type { t } from "./texts";

export const vi: Translation<typeof t> = {
  seconds: "{n} giây",
  minutes: "{n} phút",
  hours: "{n} giờ",
  hoursAndMinutes: "{hours} giờ {minutes} phút",
  justNow: "vừa xong",
  secondsAgo: "{n} giây trước",
  minutesAgo: "{n} phút trước",
  hoursAgo: "{n} giờ trước",
};
