import { Button } from "antd";
import { useId, useState } from "react";

import { LinkButton } from "../../components/LinkButton";
import { SwitchField } from "../../components/fields/SwitchField";
import { RefusalAlert } from "../../panels/picture/RefusalAlert";
import { refusalOf } from "../../panels/picture/refusal";
import { t } from "./texts";
import { useOptOutByPicture } from "./useOptOuts";

/** Nobody is known who resembles the picture: they may still ask not to be recognised from now on. */
export function OptOutOffer({ picture, url, ticket }: { picture: Blob; url: string; ticket: string }) {
  const id = useId();
  const [consents, setConsents] = useState(false);
  // One per picture: a call that is repeated after a lost answer keeps nobody twice.
  const [requestId] = useState(() => crypto.randomUUID());
  const optOut = useOptOutByPicture();
  const send = () => {
    optOut.mutate({ picture, ticket: ticket.trim(), requestId });
  };
  if (optOut.isSuccess) {
    return (
      <div className="space-y-3 rounded-2xl border border-line bg-surface p-5">
        <p role="status">{t("optOutDone")}</p>
        <LinkButton to="/privacy">{t("toOptOuts")}</LinkButton>
      </div>
    );
  }
  return (
    <form
      className="max-w-2xl space-y-4 rounded-2xl border border-line bg-surface p-5"
      onSubmit={(event) => {
        event.preventDefault();
        if (consents && !optOut.isPending) send();
      }}
    >
      <SwitchField id={id} label={t("optOutConsent")} hint={t("optOutConsentHint")} checked={consents} onChange={setConsents} />
      {optOut.error && <RefusalAlert refusal={refusalOf(optOut.error)} url={url} onRetry={send} />}
      <div className="flex justify-end">
        <Button type="primary" htmlType="submit" disabled={!consents} loading={optOut.isPending}>
          {t("optOutSubmit")}
        </Button>
      </div>
    </form>
  );
}
