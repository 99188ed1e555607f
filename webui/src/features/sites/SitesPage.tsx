import { PlusOutlined, ShopOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { lazy, Suspense, useState } from "react";

import { toAppError } from "../../api/errors";
import type { Camera } from "../../api/gen/footfall/v1/camera_service_pb";
import type { Site } from "../../api/gen/footfall/v1/site_service_pb";
import { useCameras, useSession, useSites } from "../../api/hooks";
import { can } from "../../api/permissions";
import { EmptyState } from "../../components/feedback/EmptyState";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { PageHeader } from "../../components/PageHeader";
import { CameraEditor } from "./CameraEditor";
import { DeleteCameraDialog, DeleteSiteDialog } from "./DeleteDialog";
import { SiteCard } from "./SiteCard";
import { SiteEditor } from "./SiteEditor";
import { t } from "./texts";

const SettledForAll = lazy(async () => ({ default: (await import("./SettledForAll")).SettledForAll }));

/** What is laid over the page now. */
type Overlay =
  | { readonly kind: "edit-site"; readonly site: Site | undefined }
  | { readonly kind: "delete-site"; readonly site: Site }
  | { readonly kind: "edit-camera"; readonly site: Site; readonly camera: Camera | undefined }
  | { readonly kind: "delete-camera"; readonly camera: Camera };

export function SitesPage() {
  const sites = useSites();
  const cameras = useCameras();
  const who = useSession();
  const [overlay, setOverlay] = useState<Overlay>();
  const managesSites = can(who, "sites.manage");
  const [usualDayStart, setUsualDayStart] = useState<string>();
  const managesCameras = can(who, "cameras.manage");
  const close = () => {
    setOverlay(undefined);
  };
  const addSite = () => {
    setOverlay({ kind: "edit-site", site: undefined });
  };
  const error = sites.error ?? cameras.error;
  const failure = error ? toAppError(error) : undefined;

  return (
    <div className="space-y-6">
      <PageHeader title={t("title")} note={t("note")}>
        {managesSites && (
          <Button type="primary" icon={<PlusOutlined aria-hidden="true" />} onClick={addSite}>
            {t("addSite")}
          </Button>
        )}
      </PageHeader>
      {failure && (
        <ErrorAlert
          {...failure}
          requestId={failure.metadata.request_id}
          onRetry={() => {
            void sites.refetch();
            void cameras.refetch();
          }}
        />
      )}
      {!failure && (sites.isPending || cameras.isPending) && <PageSkeleton />}
      {managesSites && (
        <Suspense>
          <SettledForAll onSettled={setUsualDayStart} />
        </Suspense>
      )}
      {sites.data?.length === 0 && (
        <EmptyState
          icon={<ShopOutlined />}
          title={t("noSite")}
          hint={managesSites ? t("noSiteHintManager") : t("noSiteHint")}
        >
          {managesSites && (
            <Button type="primary" onClick={addSite}>
              {t("addFirstSite")}
            </Button>
          )}
        </EmptyState>
      )}
      {sites.data && cameras.data && (
        <div className="grid items-start gap-4 xl:grid-cols-2">
          {sites.data.map((site) => (
            <SiteCard
              key={site.siteId}
              toPrivacy={can(who, "privacy.manage")}
              site={site}
              cameras={cameras.data.filter((camera) => camera.siteId === site.siteId)}
              onEdit={offer(managesSites, () => {
                setOverlay({ kind: "edit-site", site });
              })}
              onDelete={offer(managesSites, () => {
                setOverlay({ kind: "delete-site", site });
              })}
              onAddCamera={offer(managesCameras, () => {
                setOverlay({ kind: "edit-camera", site, camera: undefined });
              })}
              onEditCamera={offer(managesCameras, (camera: Camera) => {
                setOverlay({ kind: "edit-camera", site, camera });
              })}
              onDeleteCamera={offer(managesCameras, (camera: Camera) => {
                setOverlay({ kind: "delete-camera", camera });
              })}
            />
          ))}
        </div>
      )}
      {overlay?.kind === "edit-site" && (overlay.site ?? usualDayStart) !== undefined && (
        <SiteEditor site={overlay.site} usualDayStart={usualDayStart} onClose={close} />
      )}
      {overlay?.kind === "delete-site" && <DeleteSiteDialog site={overlay.site} onClose={close} />}
      {overlay?.kind === "edit-camera" && (
        <CameraEditor
          camera={overlay.camera}
          siteId={overlay.site.siteId}
          siteName={overlay.site.displayName}
          onClose={close}
        />
      )}
      {overlay?.kind === "delete-camera" && <DeleteCameraDialog camera={overlay.camera} onClose={close} />}
    </div>
  );
}

function offer<F>(allowed: boolean, action: F): F | undefined {
  return allowed ? action : undefined;
}
