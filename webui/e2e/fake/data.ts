import { create } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromMs } from "@bufbuild/protobuf/wkt";

import { CameraSchema, type Camera } from "../../src/api/gen/footfall/v1/camera_service_pb";
import { Gender } from "../../src/api/gen/footfall/v1/common_pb";
import { LawfulBasis, type Site, SiteSchema } from "../../src/api/gen/footfall/v1/site_service_pb";
import { TenantSchema } from "../../src/api/gen/footfall/v1/tenant_service_pb";
import { type Visit, VisitKind, VisitSchema } from "../../src/api/gen/footfall/v1/visit_service_pb";

const MINUTE = 60_000;

export function id(kind: number, number: number): string {
  return `0199a000-000${kind}-7000-8000-${String(number).padStart(12, "0")}`;
}

function site(number: number, displayName: string, reference?: string): Site {
  return create(SiteSchema, {
    ...(reference !== undefined && {
      recognitionBasis: {
        lawfulBasis: LawfulBasis.EXPLICIT_CONSENT,
        reference,
        recordTime: timestampFromMs(Date.UTC(2026, 0, 12)),
        expireTime: timestampFromMs(Date.now() + 200 * 24 * 60 * MINUTE),
      },
    }),
    siteId: id(1, number),
    displayName,
    timeZone: "Europe/Berlin",
    visitGap: durationFromMs(60 * MINUTE),
    businessDayStart: durationFromMs(4 * 60 * MINUTE),
  });
}

function camera(number: number, siteId: string, displayName: string, sourceUrl: string, enabled = true): Camera {
  return create(CameraSchema, { cameraId: id(2, number), siteId, displayName, sourceUrl, enabled });
}

export const SITES = [site(1, "Harbour Street", "DPIA 2026-01, legal department"), site(2, "Old Town Market")];
export const CAMERAS = [
  camera(1, id(1, 1), "Entrance", "rtsp://shop:***@192.0.2.10/stream1"),
  camera(2, id(1, 1), "Back door", "usb:0", false),
  camera(3, id(1, 2), "Main door", "rtsps://192.0.2.20/live"),
];

const NAMES = new Map([
  [3, "Ada Brandt"],
  [7, "Jonas Weber"],
]);

export function visit(number: number, customer: number, start: number, kind: VisitKind): Visit {
  const at = SITES[number % 4 === 0 ? 1 : 0] ?? SITES[0]!;
  return create(VisitSchema, {
    visitId: id(3, number),
    siteId: at.siteId,
    customerId: id(4, customer),
    customerNumber: BigInt(customer),
    customerName: NAMES.get(customer) ?? "",
    firstSeenTime: timestampFromMs(start),
    lastSeenTime: timestampFromMs(start + (number % 9) * MINUTE + 20_000),
    kind,
    sightingCount: 1 + (number % 4),
    imageId: number % 6 === 5 ? "" : id(5, customer),
    gender: customer % 2 === 0 ? Gender.FEMALE : Gender.MALE,
    cameraIds: [id(2, at === SITES[0] ? 1 : 3)],
    ruleVersion: 1,
  });
}

/** A day's visits that end now, the newest first, and one of the days before. */
export function visitsUntil(now: number): Visit[] {
  const visits: Visit[] = [];
  const seen = new Set<number>();
  for (let number = 14; number >= 1; number -= 1) {
    const customer = 1 + ((number * 5) % 11);
    const kind = seen.has(customer) ? VisitKind.REPEAT : VisitKind.NEW;
    seen.add(customer);
    visits.unshift(visit(number, customer, now - number * 2 * MINUTE, kind));
  }
  for (let number = 15; number <= 90; number += 1) {
    visits.push(visit(number, 12 + (number % 40), now - 30 * 60 * MINUTE - number * 7 * MINUTE, number < 50 ? VisitKind.REPEAT : VisitKind.NEW));
  }
  return visits;
}

/** A drawn head, so that no picture of a person is needed. */
export function portrait(seed: number): string {
  const hue = (seed * 67) % 360;
  const skin = ["#f1c9a5", "#d9a066", "#8d5524", "#ffdbac", "#c68642", "#e0ac69"][seed % 6] ?? "#f1c9a5";
  const hair = ["#2b1b10", "#5a3a22", "#1a1a1a", "#a0703c", "#777"][seed % 5] ?? "#222";
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 112 112" width="224" height="224">
<rect width="112" height="112" fill="hsl(${hue} 22% 72%)"/>
<path d="M14 112c4-24 20-32 42-32s38 8 42 32z" fill="hsl(${(hue + 140) % 360} 34% 40%)"/>
<rect x="45" y="66" width="22" height="24" rx="10" fill="${skin}"/>
<ellipse cx="56" cy="52" rx="24" ry="29" fill="${skin}"/>
<path d="M31 52c-3-24 10-35 25-35s28 11 25 35c-4-12-8-17-13-20-10 5-23 4-29 2-4 4-6 9-8 18z" fill="${hair}"/>
<circle cx="47" cy="52" r="2.6" fill="#222"/><circle cx="65" cy="52" r="2.6" fill="#222"/>
<path d="M48 67q8 6 16 0" fill="none" stroke="#7a3b2e" stroke-width="2.4" stroke-linecap="round"/></svg>`;
}

export const TENANTS = ["Northwind Shops", "Eastwind Market", "Southwind Pharmacies"].map((displayName, at) =>
  create(TenantSchema, { tenantId: id(7, at + 1), displayName, createTime: timestampFromMs(Date.UTC(2026, 2 + at, 3, 9)) }),
);
