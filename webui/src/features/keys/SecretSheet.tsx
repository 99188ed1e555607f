import { Button } from "antd";

import { SecretOnce } from "../../components/feedback/SecretOnce";
import { Sheet } from "../../components/overlay/Sheet";
import { t } from "./texts";

/** What was made, the only time that it is seen. */
export function SecretSheet(props: { title: string; label: string; secret: string; onClose: () => void }) {
  const { title, label, secret, onClose } = props;
  return (
    <Sheet title={title} shape="side" onClose={onClose}>
      <div className="space-y-4">
        {secret === "" ? <p role="alert">{t("madeBefore")}</p> : <SecretOnce label={label} value={secret} note={t("secretNote")} />}
        <div className="flex justify-end">
          <Button type="primary" onClick={onClose}>
            {t("done")}
          </Button>
        </div>
      </div>
    </Sheet>
  );
}
