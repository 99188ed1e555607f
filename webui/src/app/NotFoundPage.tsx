import { CompassOutlined } from "@ant-design/icons";
import { Link } from "react-router";

import { EmptyState } from "../components/feedback/EmptyState";
import { PageHeader } from "../components/PageHeader";

export function NotFoundPage() {
  return (
    <div className="space-y-6">
      <PageHeader title="Not found" />
      <EmptyState icon={<CompassOutlined />} title="There is no such page" hint="The address may be mistyped or old.">
        <Link to="/live" className="font-medium text-brand">
          Go to Live
        </Link>
      </EmptyState>
    </div>
  );
}
