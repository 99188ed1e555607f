import { LockOutlined } from "@ant-design/icons";
import { Link } from "react-router";

import { useSession } from "../api/hooks";
import { Role } from "../api/gen/footfall/v1/auth_service_pb";
import { EmptyState } from "../components/feedback/EmptyState";
import { PageHeader } from "../components/PageHeader";
import { t } from "./texts";

/** A page that the account may not see, and what would change that. */
export function NotForYouPage() {
  const who = useSession();
  const choosesTenants = who?.role === Role.SYSTEM_ADMIN;
  return (
    <div className="space-y-6">
      <PageHeader title={t("notForYou")} />
      <EmptyState
        icon={<LockOutlined />}
        title={t("notForYouTitle")}
        hint={choosesTenants ? t("notForYouHintTenant") : t("notForYouHint")}
      >
        <Link to={choosesTenants ? "/tenants" : "/"} className="font-medium text-brand">
          {choosesTenants ? t("chooseTenant") : t("goToStart")}
        </Link>
      </EmptyState>
    </div>
  );
}
