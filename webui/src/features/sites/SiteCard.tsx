import { DeleteOutlined, EditOutlined, PlusOutlined, VideoCameraOutlined } from "@ant-design/icons";
import { durationMs } from "@bufbuild/protobuf/wkt";
import { Button } from "antd";
import { Link } from "react-router";

import type { Camera } from "../../api/gen/footfall/v1/camera_service_pb";
import type { Site } from "../../api/gen/footfall/v1/site_service_pb";
import { recognitionOf } from "../../components/status/recognition";
import { RecognitionBadge } from "../../components/status/RecognitionBadge";
import { span } from "../../time/format";
import { useNow } from "../../time/useNow";
import { draftOf } from "./siteForm";
import { t } from "./texts";

const MINUTE_MS = 60_000;

/** One site with its rules and its cameras. Actions that are not given are not offered. */
export function SiteCard(props: {
  site: Site;
  cameras: readonly Camera[];
  onEdit: (() => void) | undefined;
  onDelete: (() => void) | undefined;
  onAddCamera: (() => void) | undefined;
  onEditCamera: ((camera: Camera) => void) | undefined;
  onDeleteCamera: ((camera: Camera) => void) | undefined;
  /** Whether this person may say why people may be recognised. */
  toPrivacy: boolean;
}) {
  const { site, cameras, onEdit, onDelete, onAddCamera, onEditCamera, onDeleteCamera, toPrivacy } = props;
  const recognition = recognitionOf(site, useNow(MINUTE_MS));
  const rules = [
    site.timeZone.replaceAll("_", " "),
    ...(site.visitGap ? [t("visitEndsAfter", { span: span(durationMs(site.visitGap)) })] : []),
    t("daysStartAt", { time: draftOf(site, "").businessDayStart }),
  ];
  return (
    <section aria-labelledby={`site-${site.siteId}`} className="overflow-hidden rounded-2xl border border-line bg-surface">
      <header className="flex items-start justify-between gap-4 px-5 py-4">
        <div className="min-w-0">
          <h2 id={`site-${site.siteId}`} className="truncate text-base font-semibold">
            {site.displayName}
          </h2>
          <p className="text-quiet">{rules.join(" · ")}</p>
          {recognition !== "recognising" && (
            <p className="mt-1 flex flex-wrap items-center gap-2 text-quiet">
              <RecognitionBadge recognition={recognition} />
              {t("recognisesNobody")}
              {toPrivacy && (
                <Link to="/privacy" className="text-brand">
                  {t("toPrivacy")}
                </Link>
              )}
            </p>
          )}
        </div>
        <Actions name={site.displayName} onEdit={onEdit} onDelete={onDelete} />
      </header>
      <ul className="list-none border-t border-line p-0">
        {cameras.map((camera) => (
          <li key={camera.cameraId} className="flex items-center gap-3 border-b border-line px-5 py-3 last:border-b-0">
            <span
              aria-hidden="true"
              className={`grid size-9 shrink-0 place-items-center rounded-lg ${camera.enabled === false ? "bg-mute text-mute-ink" : "bg-tint text-tint-ink"}`}
            >
              <VideoCameraOutlined />
            </span>
            <div className="min-w-0 flex-1">
              <p className="flex items-center gap-2 font-medium">
                <Link to={`/cameras/${camera.cameraId}`} className="truncate text-brand">
                  {camera.displayName}
                </Link>
                {camera.enabled === false && (
                  <span className="rounded-full bg-mute px-2 py-0.5 text-xs text-mute-ink">{t("off")}</span>
                )}
              </p>
              <p className="truncate font-mono text-xs text-quiet">{camera.sourceUrl === "" ? t("noSource") : camera.sourceUrl}</p>
            </div>
            <Actions
              name={camera.displayName}
              onEdit={
                onEditCamera &&
                (() => {
                  onEditCamera(camera);
                })
              }
              onDelete={
                onDeleteCamera &&
                (() => {
                  onDeleteCamera(camera);
                })
              }
            />
          </li>
        ))}
        {cameras.length === 0 && <li className="px-5 py-4 text-quiet">{t("noCamera")}</li>}
      </ul>
      {onAddCamera && (
        <footer className="border-t border-line px-3 py-2">
          <Button type="text" icon={<PlusOutlined aria-hidden="true" />} onClick={onAddCamera}>
            {t("addCamera")}
          </Button>
        </footer>
      )}
    </section>
  );
}

function Actions(props: { name: string; onEdit: (() => void) | undefined; onDelete: (() => void) | undefined }) {
  const { name, onEdit, onDelete } = props;
  return (
    <div className="flex shrink-0">
      {onEdit && <Button type="text" icon={<EditOutlined />} aria-label={t("editName", { name })} title={t("edit")} onClick={onEdit} />}
      {onDelete && (
        <Button type="text" icon={<DeleteOutlined />} aria-label={t("deleteName", { name })} title={t("delete")} onClick={onDelete} />
      )}
    </div>
  );
}
