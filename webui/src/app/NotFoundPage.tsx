import { CompassOutlined } from "@ant-design/icons";
import { Link } from "react-router";

import { EmptyState } from "../components/feedback/EmptyState";
import { PageHeader } from "../components/PageHeader";
import { t } from "./texts";

export function NotFoundPage() {
  return (
    <div className="space-y-6">
      <PageHeader title={t("notFound")} />
      <EmptyState icon={<CompassOutlined />} title={t("noSuchPage")} hint={t("noSuchPageHint")}>
        <Link to="/live" className="font-medium text-brand">
          {t("goToLive")}
        </Link>
      </EmptyState>
    </div>
  );
}
