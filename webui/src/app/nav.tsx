import { ShopOutlined, TableOutlined, ThunderboltOutlined } from "@ant-design/icons";
import type { ReactNode } from "react";

export interface NavItem {
  readonly to: string;
  readonly label: string;
  readonly shortLabel: string;
  readonly icon: ReactNode;
}

export const NAV: readonly NavItem[] = [
  { to: "/live", label: "Live", shortLabel: "Live", icon: <ThunderboltOutlined /> },
  { to: "/visits", label: "Visits", shortLabel: "Visits", icon: <TableOutlined /> },
  { to: "/sites", label: "Sites & cameras", shortLabel: "Sites", icon: <ShopOutlined /> },
];
