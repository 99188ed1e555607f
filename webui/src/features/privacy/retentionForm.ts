import type { Retention, RetentionPeriod, SiteRetention } from "../../api/gen/footfall/v1/retention_service_pb";

/** How long one thing is kept, and what may be said of it. In days. */
export interface Term {
  /** What was said here; 0 is nothing. */
  readonly own: number;
  /** What holds now. */
  readonly days: number;
  /** What holds once nothing is said here. */
  readonly otherwise: number;
  readonly most: number;
}

/** What an editor begins with. A site says nothing of faces. */
export interface Held {
  readonly images: Term;
  readonly templates?: Term;
  readonly etag: string;
}

/** What is typed: whole days, or "" for nothing. */
export interface RetentionDraft {
  readonly images: string;
  readonly templates: string;
}

/** What goes by the next run of the jobs that was to stay for longer. */
export interface Shortened {
  readonly images?: number;
  readonly templates?: number;
}

export const FIELDS = ["images", "templates"] as const;
export type RetentionField = (typeof FIELDS)[number];

export const PATHS = { images: "image_days", templates: "template_days" } as const;

export function heldOfTenant({ imageDays, templateDays, images, templates, etag }: Retention): Held {
  return {
    images: term(imageDays, images, images?.defaultDays ?? 0),
    templates: term(templateDays, templates, templates?.defaultDays ?? 0),
    etag,
  };
}

/** `tenantDays` is how long pictures are kept at sites that say nothing. */
export function heldOfSite({ imageDays, images, etag }: SiteRetention, tenantDays: number): Held {
  return { images: term(imageDays, images, tenantDays), etag };
}

function term(own: number, period: RetentionPeriod | undefined, otherwise: number): Term {
  return { own, days: period?.days ?? 0, otherwise, most: period?.maxDays ?? 0 };
}

export function draftOf({ images, templates }: Held): RetentionDraft {
  return { images: typed(images), templates: templates ? typed(templates) : "" };
}

function typed({ own }: Term): string {
  return own === 0 ? "" : String(own);
}

/** The days that are typed: 0 for nothing, undefined for what is no number of days that may be said. */
export function daysOf(text: string, most: number): number | undefined {
  if (text === "") return 0;
  if (!/^\d{1,4}$/.test(text)) return undefined;
  const days = Number(text);
  return days >= 1 && days <= most ? days : undefined;
}

/** The fields that hold no days that may be said. */
export function retentionFaults(draft: RetentionDraft, held: Held): ReadonlySet<RetentionField> {
  return new Set(FIELDS.filter((field) => held[field] !== undefined && daysOf(draft[field], held[field].most) === undefined));
}

/** What is said anew, by field; faults are nothing. */
export function changesOf(draft: RetentionDraft, held: Held): Readonly<Partial<Record<RetentionField, number>>> {
  return Object.fromEntries(
    FIELDS.flatMap((field) => {
      const was = held[field];
      const days = was && daysOf(draft[field], was.most);
      return days === undefined || days === was?.own ? [] : [[field, days]];
    }),
  );
}

/** What the changes delete: for how many days is kept what was to be kept for longer. */
export function shortenedBy(changes: Readonly<Partial<Record<RetentionField, number>>>, held: Held): Shortened {
  return Object.fromEntries(
    FIELDS.flatMap((field) => {
      const was = held[field];
      const said = changes[field];
      if (was === undefined || said === undefined) return [];
      const days = said === 0 ? was.otherwise : said;
      return days < was.days ? [[field, days]] : [];
    }),
  );
}
