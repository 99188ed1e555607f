import { useSites } from "../../api/hooks";
import { FormField } from "../../components/fields/FormField";
import { SelectField } from "../../components/fields/SelectField";
import { t } from "./texts";

/** The one site that something belongs to. */
export function SiteField(props: { value: string; fault: string | undefined; onChange: (siteId: string) => void }) {
  const { value, fault, onChange } = props;
  const sites = useSites();
  const choices = (sites.data ?? []).map(({ siteId, displayName }) => ({ value: siteId, label: displayName }));
  return (
    <FormField id="key-site" label={t("site")} fault={fault}>
      <SelectField id="key-site" label={t("site")} value={value} choices={[{ value: "", label: t("chooseSite") }, ...choices]} onChange={onChange} />
    </FormField>
  );
}
