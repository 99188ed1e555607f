import type { ReactNode } from "react";
import { Link } from "react-router";

import { toAppError } from "../../api/errors";
import { type Customer, CustomerKind } from "../../api/gen/footfall/v1/customer_service_pb";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { StaffBadge } from "../../components/status/StaffBadge";
import { customerName } from "../../components/visitorName";
import { day } from "../../time/format";
import { localZone } from "../../time/zoned";
import { bestShots } from "./bestShots";
import { seenTimes } from "./customerTimes";
import { Filmstrip } from "./Filmstrip";
import type { Places } from "./places";
import { useRecentSightings } from "./queries";
import { t } from "./texts";

/** Faces that are shown of each side. */
const SHOTS = 6;

/** One side of a pair: a customer with the best faces, spread in time. */
export function PairSide({ customer, stays, places }: { customer: Customer; stays: boolean; places: Places }) {
  const sightings = useRecentSightings(customer.customerId);
  const name = customerName(customer);
  const { first, last } = seenTimes(customer);
  const zone = localZone();
  const failure = sightings.error ? toAppError(sightings.error) : undefined;
  return (
    <Frame stays={stays} label={name}>
      <div className="flex min-w-0 flex-wrap items-center gap-x-2">
        <h2 className="truncate text-base font-semibold">
          <Link to={`/customers/${customer.customerId}`} className="text-ink hover:text-brand">
            {name}
          </Link>
        </h2>
        {customer.kind === CustomerKind.STAFF && <StaffBadge label={t("staff")} />}
      </div>
      <p className="text-xs text-quiet">
        {t("list.visitCount", { count: customer.visitCount })}
        {first !== undefined && last !== undefined && (
          <span className="block">
            {day(first, zone)} – {day(last, zone)}
          </span>
        )}
      </p>
      {failure && <ErrorAlert {...failure} onRetry={() => void sightings.refetch()} />}
      {sightings.isPending && <div role="status" aria-label={t("strip.loading")} className="aspect-[3/2] animate-pulse rounded-xl bg-mute" />}
      {sightings.data && (
        <Filmstrip
          name={name}
          places={places}
          shots={bestShots(sightings.data.sightings, SHOTS).map((sighting) => ({ imageId: sighting.imageId, sighting }))}
        />
      )}
    </Frame>
  );
}

/** People who wait to be recognised a second time: no more than their faces is known. */
export function WaitingSide({ imageIds, count, places }: { imageIds: readonly string[]; count: number; places: Places }) {
  const name = t("pair.waiting", { count });
  return (
    <Frame stays={false} label={name}>
      <h2 className="text-base font-semibold">{name}</h2>
      <p className="text-xs text-quiet">{t("pair.waitingNote")}</p>
      <Filmstrip name={name} places={places} shots={imageIds.slice(0, SHOTS).map((imageId) => ({ imageId }))} />
    </Frame>
  );
}

function Frame({ stays, label, children }: { stays: boolean; label: string; children: ReactNode }) {
  return (
    <section
      aria-label={label}
      className={`relative min-w-0 space-y-3 rounded-2xl border bg-surface p-3 sm:p-4 ${stays ? "border-brand ring-2 ring-brand" : "border-line"}`}
    >
      {stays && (
        <span className="absolute -top-2.5 left-3 rounded-full bg-tint px-2 py-0.5 text-xs leading-4 font-medium text-tint-ink">{t("pair.stays")}</span>
      )}
      {children}
    </section>
  );
}
