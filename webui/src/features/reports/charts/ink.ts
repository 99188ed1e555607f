/**
 * What every chart is drawn with: colours of the scheme, since Recharts' own are hard to read on dark. Charts
 * are drawn for the eye alone; each has a table beside it for everybody else.
 */
export const INK = {
  axis: { stroke: "var(--ant-color-border)", tick: { fill: "var(--ant-color-text-secondary)", fontSize: 12 } },
  grid: { stroke: "var(--ant-color-border-secondary)", vertical: false },
  fresh: "var(--ff-series-1)",
  repeat: "var(--ff-series-2)",
  unique: "var(--ff-series-3)",
  before: "var(--ant-color-text-secondary)",
  gap: "var(--ff-series-gap)",
  cursor: { fill: "var(--ant-color-border-secondary)", fillOpacity: 0.5 },
} as const;
