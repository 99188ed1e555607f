import "dayjs/locale/vi";

import antd from "antd/es/locale/vi_VN";
import dayjs from "dayjs";

import type { LanguagePack } from "./language";

// Every "*.vi.ts" of src, wherever it lies: one file to load for the language, and none to edit for a new folder.
const found = import.meta.glob<unknown>("../**/*.vi.ts", { eager: true, import: "vi" });

export const pack: LanguagePack = {
  catalogues: new Map(Object.entries(found).map(([path, texts]) => [path.replace(/^\.\.\/|\.vi\.ts$/g, ""), texts])),
  antd,
  enter: () => {
    dayjs.locale("vi");
  },
  leave: () => {
    dayjs.locale("en");
  },
};
