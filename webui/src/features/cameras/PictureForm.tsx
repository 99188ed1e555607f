import { create } from "@bufbuild/protobuf";
import { Button } from "antd";
import { useState } from "react";

import type { Camera } from "../../api/gen/footfall/v1/camera_service_pb";
import { CameraSettingsSchema, ImagePolicy } from "../../api/gen/footfall/v1/camera_settings_pb";
import type { Site } from "../../api/gen/footfall/v1/site_service_pb";
import { FormField } from "../../components/fields/FormField";
import { TextInput } from "../../components/fields/inputs";
import { SelectField } from "../../components/fields/SelectField";
import { SwitchField } from "../../components/fields/SwitchField";
import { SaveOutcome } from "./SaveOutcome";
import { t } from "./texts";
import { useBase } from "./useBase";
import { useCameraSave } from "./useCameraSave";

const WIDTH = { least: 160, most: 3840 };
const MOST_FPS = 30;
const POLICIES = {
  [ImagePolicy.UNSPECIFIED]: "policyUsual",
  [ImagePolicy.NONE]: "policyNone",
  [ImagePolicy.CROPS]: "policyCrops",
  [ImagePolicy.FRAMES]: "policyFrames",
} as const satisfies Record<ImagePolicy, string>;
const CHOICES = [ImagePolicy.UNSPECIFIED, ImagePolicy.NONE, ImagePolicy.CROPS, ImagePolicy.FRAMES] as const;

interface Draft {
  /** "" is the worker's own setting. */
  readonly detectWidth: string;
  readonly idleFps: string;
  readonly imagePolicy: ImagePolicy;
  readonly anonymous: boolean;
}

function draftOf({ settings }: Camera): Draft {
  const text = (value: number | undefined) => (value === undefined || value === 0 ? "" : String(Number(value.toFixed(2))));
  return {
    detectWidth: text(settings?.detectWidth),
    idleFps: text(settings?.idleFps),
    imagePolicy: settings?.imagePolicy ?? ImagePolicy.UNSPECIFIED,
    anonymous: settings?.anonymous ?? false,
  };
}

/** How the worker looks at the picture, and which pictures leave the shop. */
export function PictureForm({ camera, site }: { camera: Camera; site: Site | undefined }) {
  const [base, setBase] = useBase(camera);
  const [draft, setDraft] = useState(() => draftOf(camera));
  const begin = (from: Camera) => {
    setBase(from);
    setDraft(draftOf(from));
  };
  const saving = useCameraSave("picture", base, begin);
  const widthFault = isWithin(draft.detectWidth, WIDTH.least, WIDTH.most, true) ? undefined : t("widthFault", WIDTH);
  const fpsFault = isWithin(draft.idleFps, 0, MOST_FPS, false) ? undefined : t("fpsFault", { most: MOST_FPS });
  const set = (change: Partial<Draft>) => {
    setDraft({ ...draft, ...change });
  };
  const save = (over: boolean) => {
    if (widthFault ?? fpsFault) return;
    const { imagePolicy, anonymous } = draft;
    const values = { detectWidth: Number(draft.detectWidth), idleFps: Number(draft.idleFps), imagePolicy, anonymous };
    saving.save({ settings: (before) => create(CameraSettingsSchema, { ...before, ...values }) }, over);
  };
  const capped = site?.imagePolicy !== undefined && site.imagePolicy !== ImagePolicy.UNSPECIFIED;
  return (
    <form
      noValidate
      aria-label={t("picture")}
      className="space-y-5 rounded-2xl border border-line bg-surface p-5"
      onSubmit={(event) => {
        event.preventDefault();
        save(false);
      }}
    >
      <h2 className="font-semibold">{t("picture")}</h2>
      <FormField id="camera-policy" label={t("policy")} hint={capped ? t("policyCapped", { policy: t(POLICIES[site.imagePolicy]) }) : t("policyHint")}>
        <SelectField
          id="camera-policy"
          label={t("policy")}
          value={String(draft.imagePolicy)}
          choices={CHOICES.map((policy) => ({ value: String(policy), label: t(POLICIES[policy]) }))}
          onChange={(value) => {
            set({ imagePolicy: CHOICES.find((policy) => String(policy) === value) ?? ImagePolicy.UNSPECIFIED });
          }}
        />
      </FormField>
      <SwitchField
        id="camera-anonymous"
        label={t("anonymous")}
        hint={t("anonymousHint")}
        checked={draft.anonymous}
        onChange={(anonymous) => {
          set({ anonymous });
        }}
      />
      <FormField id="camera-width" label={t("detectWidth")} hint={t("detectWidthHint")} fault={widthFault}>
        <TextInput
          id="camera-width"
          inputMode="numeric"
          placeholder={t("workersOwn")}
          value={draft.detectWidth}
          aria-describedby="camera-width-note"
          onChange={(event) => {
            set({ detectWidth: event.target.value.trim() });
          }}
        />
      </FormField>
      <FormField id="camera-fps" label={t("idleFps")} hint={t("idleFpsHint")} fault={fpsFault}>
        <TextInput
          id="camera-fps"
          inputMode="decimal"
          placeholder={t("workersOwn")}
          value={draft.idleFps}
          aria-describedby="camera-fps-note"
          onChange={(event) => {
            set({ idleFps: event.target.value.trim() });
          }}
        />
      </FormField>
      <p className="text-xs text-quiet">{t("genderNote")}</p>
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
      <Button type="primary" htmlType="submit" loading={saving.busy} disabled={(widthFault ?? fpsFault) !== undefined}>
        {t("save")}
      </Button>
    </form>
  );
}

/** Whether the text is a number in the range, or empty. */
function isWithin(text: string, least: number, most: number, whole: boolean): boolean {
  if (text === "") return true;
  const value = Number(text);
  return Number.isFinite(value) && value >= least && value <= most && (!whole || Number.isInteger(value));
}
