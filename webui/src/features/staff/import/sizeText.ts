import { currentLocale } from "../../../i18n/active";

const KIB = 1024;
const MIB = KIB * KIB;

/** "12.4 MiB": in the unit in which the core's bounds are. Never "0": what is small has a smaller unit. */
export function sizeText(bytes: number | bigint): string {
  const size = Number(bytes);
  const [value, unit, digits] = size >= MIB ? [size / MIB, "MiB", 1] : [Math.ceil(size / KIB), "KiB", 0];
  return `${new Intl.NumberFormat(currentLocale(), { maximumFractionDigits: digits }).format(value)} ${unit}`;
}
