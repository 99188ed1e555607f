import { useMutation } from "@connectrpc/connect-query";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Button } from "antd";
import { useState } from "react";

import { toAppError } from "../../api/errors";
import { CertificateService, type CreateJoinTokenResponse } from "../../api/gen/footfall/v1/certificate_service_pb";
import type { Site } from "../../api/gen/footfall/v1/site_service_pb";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { FormField } from "../../components/fields/FormField";
import { TextInput } from "../../components/fields/inputs";
import { SelectField } from "../../components/fields/SelectField";
import { Sheet } from "../../components/overlay/Sheet";
import { day, timeOfDay } from "../../time/format";
import { knownZone } from "../../time/zoned";
import { Copyable } from "./Copyable";
import { t } from "./texts";

/** Makes a join token for a new worker, shows it once, and says what to type on its machine. */
export function JoinWorker({ sites, onClose }: { sites: readonly Site[]; onClose: () => void }) {
  const [siteId, setSiteId] = useState(sites[0]?.siteId ?? "");
  const [name, setName] = useState("");
  const [checked, setChecked] = useState(false);
  // What is shown once is kept no longer than this sheet.
  const creation = useMutation(CertificateService.method.createJoinToken, { gcTime: 0 });
  const site = sites.find((each) => each.siteId === siteId);
  const nameFault = name.trim() === "" ? t("nameFault") : undefined;
  const failure = creation.error ? toAppError(creation.error) : undefined;
  if (creation.data) {
    return (
      <Sheet title={t("addTitle")} shape="middle" onClose={onClose}>
        <Made made={creation.data} zone={knownZone(site?.timeZone)} onClose={onClose} />
      </Sheet>
    );
  }
  return (
    <Sheet title={t("addTitle")} shape="middle" onClose={onClose}>
      <form
        noValidate
        className="space-y-5"
        aria-label={t("addTitle")}
        onSubmit={(event) => {
          event.preventDefault();
          setChecked(true);
          if (!nameFault && !creation.isPending) creation.mutate({ siteId, displayName: name.trim() });
        }}
      >
        <p className="text-quiet">{t("addNote")}</p>
        {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} />}
        <FormField id="worker-site" label={t("site")}>
          <SelectField
            id="worker-site"
            label={t("site")}
            value={siteId}
            choices={sites.map((each) => ({ value: each.siteId, label: each.displayName }))}
            onChange={setSiteId}
          />
        </FormField>
        <FormField id="worker-name" label={t("machine")} hint={t("machineHint")} fault={checked ? nameFault : undefined}>
          <TextInput
            id="worker-name"
            autoFocus
            maxLength={120}
            value={name}
            aria-describedby="worker-name-note"
            onChange={(event) => {
              setName(event.target.value);
            }}
          />
        </FormField>
        <div className="flex justify-end gap-3">
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="primary" htmlType="submit" loading={creation.isPending}>
            {t("makeToken")}
          </Button>
        </div>
      </form>
    </Sheet>
  );
}

function Made(props: { made: CreateJoinTokenResponse; zone: string; onClose: () => void }) {
  const { made, zone, onClose } = props;
  const until = made.joinToken?.expireTime;
  return (
    <div className="space-y-4">
      <p className="rounded-xl bg-amber px-4 py-3 text-amber-ink">
        {t("shownOnce")}{" "}
        {until && t("goodUntil", { day: day(timestampMs(until), zone), time: timeOfDay(timestampMs(until), zone), zone: zone.replaceAll("_", " ") })}
      </p>
      <Copyable label={t("token")} text={made.secret} secret />
      <p>{t("saveToken")}</p>
      <Copyable label={t("onLinux")} text={installCommand("linux")} />
      <Copyable label={t("onMac")} text={installCommand("mac")} />
      <p className="text-xs text-quiet">{t("gatewayNote")}</p>
      <div className="flex justify-end">
        <Button type="primary" onClick={onClose}>
          {t("done")}
        </Button>
      </div>
    </div>
  );
}

/** As docs/edge.md has it: workers have a port of their own, most often 9443. The token is not on the command line. */
function installCommand(system: "linux" | "mac"): string {
  const script = system === "linux" ? "scripts/linux/setup.sh" : "scripts/mac/setup.zsh";
  return `sudo ${script} install --gateway-url https://${window.location.hostname}:9443 --token-file token.txt`;
}
