/** The server speaks at least every 15 s. Nothing for longer means that the machine slept, or the line is dead. */
export const SILENT_MS = 20_000;
/** More than two missed words and the line is dead. */
export const DEAD_AFTER_MS = 40_000;
