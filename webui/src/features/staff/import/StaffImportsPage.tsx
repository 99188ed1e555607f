import { PageHeader } from "../../../components/PageHeader";
import { BackLink } from "../BackLink";
import { ImportHelp } from "./ImportHelp";
import { ImportList } from "./ImportList";
import { NewImport } from "./NewImport";
import { t } from "./texts";

/** Many staff members at once: a new import, what it needs, and those of the last day. */
export function StaffImportsPage() {
  return (
    <div className="space-y-6">
      <BackLink to="/staff">{t("staff")}</BackLink>
      <PageHeader title={t("importStaff")} note={t("importNote")} />
      <div className="grid grid-cols-1 items-start gap-6 xl:grid-cols-2">
        <NewImport />
        <ImportHelp />
      </div>
      <ImportList />
    </div>
  );
}
