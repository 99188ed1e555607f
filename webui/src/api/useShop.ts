import { type Fleet, useFleet } from "./fleet";
import { type AppError, toAppError } from "./errors";
import type { Site } from "./gen/footfall/v1/site_service_pb";
import { useSites } from "./hooks";

export interface Shop {
  /** Undefined until both were read once. */
  readonly data: { readonly sites: readonly Site[]; readonly fleet: Fleet } | undefined;
  readonly failure: AppError | undefined;
  readonly retry: () => void;
}

/** Sites, cameras and workers together. */
export function useShop(): Shop {
  const sites = useSites();
  const fleet = useFleet();
  const error = sites.error ?? fleet.error;
  return {
    data: sites.data && fleet.data && { sites: sites.data, fleet: fleet.data },
    failure: error ? toAppError(error) : undefined,
    retry: () => {
      void sites.refetch();
      void fleet.refetch();
    },
  };
}
