import {
  AuditOutlined,
  BankOutlined,
  BarChartOutlined,
  ClusterOutlined,
  IdcardOutlined,
  KeyOutlined,
  SafetyOutlined,
  ShopOutlined,
  TableOutlined,
  TeamOutlined,
  ThunderboltOutlined,
  UserOutlined,
  VideoCameraOutlined,
} from "@ant-design/icons";
import type { ReactNode } from "react";

import type { Access, Permission } from "../api/permissions";
import type { PlainKey } from "../i18n/texts";
import type { t } from "./texts";

type TextKey = PlainKey<typeof t>;

export interface NavItem {
  readonly to: string;
  /** Keys of texts.ts: the text itself is made where it is shown. */
  readonly label: TextKey;
  /** For the narrow bar of a phone; the label when there is none. */
  readonly short?: TextKey;
  readonly icon: ReactNode;
  readonly permission: Permission;
}

interface NavGroup {
  readonly title: TextKey;
  readonly items: readonly NavItem[];
}

/**
 * To add a page: one line here (what everybody opens daily comes first: a phone's bar has the first four that the
 * role may see, the rest is behind "More"), its label in texts.ts and texts.vi.ts, and one block in router.tsx that
 * needs the same permission. A permission that is new is a line in api/permissions.ts.
 */
const NAV: readonly NavGroup[] = [
  {
    title: "navToday",
    items: [
      { to: "/live", label: "live", icon: <ThunderboltOutlined />, permission: "visits.read" },
      { to: "/visits", label: "visits", icon: <TableOutlined />, permission: "visits.read" },
      { to: "/reports", label: "reports", icon: <BarChartOutlined />, permission: "reports.read" },
      { to: "/customers", label: "customers", icon: <TeamOutlined />, permission: "customers.read" },
    ],
  },
  {
    title: "navShops",
    items: [
      { to: "/cameras", label: "cameras", icon: <VideoCameraOutlined />, permission: "visits.read" },
      { to: "/workers", label: "workers", icon: <ClusterOutlined />, permission: "visits.read" },
      { to: "/sites", label: "sites", short: "sitesShort", icon: <ShopOutlined />, permission: "visits.read" },
      { to: "/staff", label: "staff", icon: <IdcardOutlined />, permission: "staff.manage" },
    ],
  },
  {
    title: "navAdministration",
    items: [
      { to: "/tenants", label: "tenants", icon: <BankOutlined />, permission: "tenants.manage" },
      { to: "/users", label: "users", icon: <UserOutlined />, permission: "users.manage" },
      { to: "/keys", label: "keys", short: "keysShort", icon: <KeyOutlined />, permission: "keys.manage" },
      { to: "/privacy", label: "privacy", icon: <SafetyOutlined />, permission: "privacy.manage" },
      { to: "/audit", label: "audit", short: "auditShort", icon: <AuditOutlined />, permission: "audit.read" },
    ],
  },
];

/** The pages that may be seen, in their groups; a group with none is left out. */
export function navFor(access: Access): readonly NavGroup[] {
  return NAV.map((group) => ({ ...group, items: group.items.filter(({ permission }) => access.can(permission)) })).filter(
    ({ items }) => items.length > 0,
  );
}
