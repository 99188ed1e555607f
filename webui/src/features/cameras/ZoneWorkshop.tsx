import { Button } from "antd";
import { type ReactNode, useReducer } from "react";

import type { Camera } from "../../api/gen/footfall/v1/camera_service_pb";
import { ZoneEditor } from "../../components/overlay/ZoneEditor";
import { beginEditing, edit } from "../../components/overlay/zoneEditing";
import { isSame, zoneFaults } from "../../components/overlay/zones";
import { zoneFaultText, ZoneToolbar } from "../../components/overlay/ZoneToolbar";
import { SaveOutcome } from "./SaveOutcome";
import { t } from "./texts";
import { useBase } from "./useBase";
import { useCameraSave } from "./useCameraSave";
import { withZones, zonesOf } from "./zonesOf";

/** Masks and entry line of a camera, drawn on its picture and saved together. */
export function ZoneWorkshop(props: {
  camera: Camera;
  size: { readonly width: number; readonly height: number };
  picture: ReactNode;
  onClose: () => void;
}) {
  const { camera, size, picture, onClose } = props;
  const [base, setBase] = useBase(camera);
  const [editing, dispatch] = useReducer(edit, base, ({ settings }) => beginEditing(zonesOf(settings)));
  const saving = useCameraSave("zones", base, (saved) => {
    setBase(saved);
    dispatch({ type: "load", zones: zonesOf(saved.settings) });
  });
  const faults = zoneFaults(editing.zones);
  const changed = !isSame(editing.zones, zonesOf(base.settings));
  const save = (over: boolean) => {
    saving.save({ settings: (before) => withZones(before, editing.zones) }, over);
  };
  return (
    <section aria-label={t("editZones")} className="space-y-3">
      <p className="text-quiet">{t("zonesNote")}</p>
      <div className="relative">
        {picture}
        <div className="absolute inset-x-0 top-0 w-full" style={{ aspectRatio: `${size.width} / ${size.height}` }}>
          <ZoneEditor editing={editing} dispatch={dispatch} {...size}>
            {null}
          </ZoneEditor>
        </div>
      </div>
      <ZoneToolbar editing={editing} dispatch={dispatch} />
      {faults.length > 0 && (
        <ul role="alert" className="list-none space-y-1 rounded-xl bg-rose px-4 py-3 text-rose-ink">
          {faults.map((fault) => (
            <li key={zoneFaultText(fault)}>{zoneFaultText(fault)}</li>
          ))}
        </ul>
      )}
      <SaveOutcome
        saving={saving}
        onSaveAnyway={() => {
          save(true);
        }}
        onTakeTheirs={(theirs) => {
          setBase(theirs);
          dispatch({ type: "load", zones: zonesOf(theirs.settings) });
          saving.reset();
        }}
      />
      <div className="flex flex-wrap gap-2">
        <Button
          type="primary"
          loading={saving.busy}
          disabled={!changed || faults.length > 0 || editing.draft !== undefined}
          onClick={() => {
            save(false);
          }}
        >
          {t("saveZones")}
        </Button>
        <Button onClick={onClose}>{changed ? t("discard") : t("done")}</Button>
      </div>
    </section>
  );
}
