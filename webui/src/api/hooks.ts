import { createClient } from "@connectrpc/connect";
import { useQuery as useAnyQuery, type UseQueryResult } from "@tanstack/react-query";
import { useCallback, useMemo, useSyncExternalStore } from "react";

import { useBackend } from "./backend";
import { type Camera, CameraService } from "./gen/footfall/v1/camera_service_pb";
import { type Site, SiteService } from "./gen/footfall/v1/site_service_pb";
import type { ImageState } from "./images";
import type { WatchState } from "./watch";

/** As many as the server gives at once. */
export const PAGE_SIZE = 500;

export const SITES_KEY = ["sites"] as const;
export const CAMERAS_KEY = ["cameras"] as const;

export { useAccess, useOffline, useSession } from "./sessionHooks";

export function useWatchState(): WatchState {
  const { hub } = useBackend();
  return useSyncExternalStore(hub.onState, hub.state);
}

/** The face behind an image id; "" is no image. */
export function useFace(imageId: string): ImageState {
  const { images } = useBackend();
  const subscribe = useCallback((listener: () => void) => images.subscribe(imageId, listener), [images, imageId]);
  return useSyncExternalStore(subscribe, () => images.state(imageId));
}

/** An enrolled picture of a staff member; "" is no face. Each read of one is in the audit log. */
export function useStaffFace(staffId: string, faceId: string): ImageState {
  const { staffFaces } = useBackend();
  const key = faceId === "" ? "" : `${staffId}/${faceId}`;
  const subscribe = useCallback((listener: () => void) => staffFaces.subscribe(key, listener), [staffFaces, key]);
  return useSyncExternalStore(subscribe, () => staffFaces.state(key));
}

/** All sites that the caller may see, by name. */
export function useSites(): UseQueryResult<Site[]> {
  const { transport } = useBackend();
  const client = useMemo(() => createClient(SiteService, transport), [transport]);
  return useAnyQuery({
    queryKey: SITES_KEY,
    queryFn: ({ signal }) =>
      everyPage(async (pageToken) => {
        const page = await client.listSites({ pageSize: PAGE_SIZE, pageToken }, { signal });
        return [page.sites, page.nextPageToken];
      }),
  });
}

/** All cameras that the caller may see, by name. */
export function useCameras(): UseQueryResult<Camera[]> {
  const { transport } = useBackend();
  const client = useMemo(() => createClient(CameraService, transport), [transport]);
  return useAnyQuery({
    queryKey: CAMERAS_KEY,
    queryFn: ({ signal }) =>
      everyPage(async (pageToken) => {
        const page = await client.listCameras({ pageSize: PAGE_SIZE, pageToken }, { signal });
        return [page.cameras, page.nextPageToken];
      }),
  });
}

export async function everyPage<T>(read: (pageToken: string) => Promise<[T[], string]>): Promise<T[]> {
  const all: T[] = [];
  let token = "";
  do {
    const [items, next] = await read(token);
    all.push(...items);
    token = next;
  } while (token !== "");
  return all;
}
