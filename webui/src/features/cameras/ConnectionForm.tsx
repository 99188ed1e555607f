import { Button } from "antd";
import { useState } from "react";

import type { Camera } from "../../api/gen/footfall/v1/camera_service_pb";
import { FormField } from "../../components/fields/FormField";
import { TextInput } from "../../components/fields/inputs";
import { SwitchField } from "../../components/fields/SwitchField";
import { SaveOutcome } from "./SaveOutcome";
import { isSource, joinSource, splitSource, takesPassword } from "./sourceUrl";
import { t } from "./texts";
import { useBase } from "./useBase";
import { useCameraSave } from "./useCameraSave";

interface Draft {
  readonly name: string;
  readonly address: string;
  readonly user: string;
  /** Undefined: as it is stored. */
  readonly password: string | undefined;
  readonly enabled: boolean;
}

function draftOf(camera: Camera): Draft {
  const { address, user } = splitSource(camera.sourceUrl);
  return { name: camera.displayName, address, user, password: undefined, enabled: camera.enabled ?? true };
}

/** Name and source of a camera. Its password can be written and never be read. */
export function ConnectionForm({ camera }: { camera: Camera }) {
  const [base, setBase] = useBase(camera);
  const [draft, setDraft] = useState(() => draftOf(camera));
  const [checked, setChecked] = useState(false);
  const begin = (from: Camera) => {
    setBase(from);
    setDraft(draftOf(from));
    setChecked(false);
  };
  const saving = useCameraSave("connection", base, begin);
  const stored = splitSource(base.sourceUrl);
  const leadsElsewhere = draft.address !== stored.address || draft.user !== stored.user;
  const sourceUrl = joinSource(draft.address, draft.user, draft.password, stored.hasPassword && !leadsElsewhere);
  const nameFault = draft.name.trim() === "" ? t("nameFault") : undefined;
  const sourceFault = sourceUrl === "" || isSource(sourceUrl) ? undefined : t("sourceFault");
  const passwordFault = stored.hasPassword && leadsElsewhere && draft.password === undefined ? t("passwordNeeded") : undefined;
  const set = (change: Partial<Draft>) => {
    setDraft({ ...draft, ...change });
  };
  const save = (over: boolean) => {
    setChecked(true);
    if (nameFault ?? sourceFault ?? passwordFault) return;
    saving.save({ fields: { displayName: draft.name.trim(), sourceUrl, enabled: draft.enabled } }, over);
  };
  const told = (field: string) => saving.failure?.fields.find((fault) => fault.field.endsWith(field))?.description;
  return (
    <form
      noValidate
      aria-label={t("connection")}
      className="space-y-5 rounded-2xl border border-line bg-surface p-5"
      onSubmit={(event) => {
        event.preventDefault();
        save(false);
      }}
    >
      <h2 className="font-semibold">{t("connection")}</h2>
      <FormField id="camera-name" label={t("name")} fault={(checked ? nameFault : undefined) ?? told("display_name")}>
        <TextInput
          id="camera-name"
          maxLength={120}
          value={draft.name}
          aria-describedby="camera-name-note"
          onChange={(event) => {
            set({ name: event.target.value });
          }}
        />
      </FormField>
      <FormField
        id="camera-address"
        label={t("address")}
        hint={t("addressHint")}
        fault={(checked ? sourceFault : undefined) ?? told("source_url")}
      >
        <TextInput
          id="camera-address"
          maxLength={1900}
          spellCheck={false}
          autoComplete="off"
          placeholder="rtsp://192.0.2.10/stream1"
          value={draft.address}
          aria-describedby="camera-address-note"
          onChange={(event) => {
            const { address, user, hasPassword } = splitSource(event.target.value);
            // An address that is pasted with a user in it is taken apart; its password is never shown again.
            if (user === "" && !hasPassword) set({ address: event.target.value });
            else set({ address, user, password: passwordIn(event.target.value) });
          }}
        />
      </FormField>
      {takesPassword(draft.address) && (
        <div className="grid gap-5 sm:grid-cols-2">
          <FormField id="camera-user" label={t("user")}>
            <TextInput
              id="camera-user"
              autoComplete="off"
              spellCheck={false}
              value={draft.user}
              onChange={(event) => {
                set({ user: event.target.value });
              }}
            />
          </FormField>
          <FormField
            id="camera-password"
            label={t("password")}
            hint={stored.hasPassword ? t("passwordKept") : t("passwordNone")}
            fault={checked ? passwordFault : undefined}
          >
            <TextInput
              id="camera-password"
              type="password"
              autoComplete="new-password"
              value={draft.password ?? ""}
              placeholder={stored.hasPassword ? "••••••••" : ""}
              aria-describedby="camera-password-note"
              onChange={(event) => {
                set({ password: event.target.value === "" ? undefined : event.target.value });
              }}
            />
          </FormField>
        </div>
      )}
      <SwitchField
        id="camera-enabled"
        label={t("enabled")}
        checked={draft.enabled}
        onChange={(enabled) => {
          set({ enabled });
        }}
      />
      <SaveOutcome
        saving={saving}
        onSaveAnyway={() => {
          save(true);
        }}
        onTakeTheirs={(theirs) => {
          begin(theirs);
          saving.reset();
        }}
      />
      <Button type="primary" htmlType="submit" loading={saving.busy}>
        {t("save")}
      </Button>
    </form>
  );
}

/** The password of an address that was pasted whole. */
function passwordIn(url: string): string | undefined {
  const password = /^rtsps?:\/\/[^/?#@]*?:([^/?#@]*)@/.exec(url)?.[1];
  if (password === undefined || password === "" || password === "***") return undefined;
  try {
    return decodeURIComponent(password);
  } catch {
    return password;
  }
}
