import { texts } from "../i18n/texts";

export const t = texts("time", {
  seconds: "{n} s",
  minutes: "{n} min",
  hours: "{n} h",
  hoursAndMinutes: "{hours} h {minutes} min",
  justNow: "just now",
  secondsAgo: "{n} s ago",
  minutesAgo: "{n} min ago",
  hoursAgo: "{n} h ago",
});
