import { create } from "@bufbuild/protobuf";
import { timestampNow } from "@bufbuild/protobuf/wkt";
import { Code, type ConnectRouter } from "@connectrpc/connect";

import {
  type Retention,
  RetentionPeriodSchema,
  RetentionSchema,
  RetentionService,
  RetentionSource,
  type SiteRetention,
  SiteRetentionSchema,
} from "../../src/api/gen/footfall/v1/retention_service_pb";
import { type FakeAuth, refuse } from "./auth";

const IMAGES = { defaultDays: 30, maxDays: 30 };
const TEMPLATES = { defaultDays: 365, maxDays: 730 };

interface Rule {
  readonly imageDays: number;
  readonly templateDays: number;
  readonly changes: number;
}

const NO_RULE: Rule = { imageDays: 0, templateDays: 0, changes: 0 };
/** Names the tenant, where rules are named by their site. */
const TENANT = "";

/** Rules of a tenant and its sites, in memory. */
export class FakeRetention {
  readonly #auth: FakeAuth;
  readonly #isSite: (siteId: string) => boolean;
  readonly #rules = new Map<string, Rule>();

  constructor(auth: FakeAuth, isSite: (siteId: string) => boolean) {
    this.#auth = auth;
    this.#isSite = isSite;
  }

  /** A site is gone, with its rule. */
  forget(siteId: string): void {
    this.#rules.delete(siteId);
  }

  register(router: ConnectRouter): void {
    router.service(RetentionService, {
      getRetention: (_, context) => {
        this.#auth.check(context);
        return this.#tenant();
      },
      updateRetention: ({ retention, updateMask }, context) => {
        this.#auth.check(context);
        const { imageDays = 0, templateDays = 0, etag = "" } = retention ?? {};
        this.#change(TENANT, { imageDays, templateDays }, updateMask?.paths ?? [], etag);
        return this.#tenant();
      },
      getSiteRetention: ({ siteId }, context) => {
        this.#auth.check(context);
        return this.#site(siteId);
      },
      updateSiteRetention: ({ siteRetention, updateMask }, context) => {
        this.#auth.check(context);
        const { siteId = "", imageDays = 0, etag = "" } = siteRetention ?? {};
        this.#site(siteId);
        this.#change(siteId, { imageDays, templateDays: 0 }, updateMask?.paths ?? [], etag);
        return this.#site(siteId);
      },
    });
  }

  #rule(siteId: string): Rule {
    return this.#rules.get(siteId) ?? NO_RULE;
  }

  #change(siteId: string, given: Omit<Rule, "changes">, paths: readonly string[], etag: string): void {
    const known = this.#rule(siteId);
    if (etag !== "" && etag !== etagOf(known)) throw refuse(Code.Aborted, "ETAG_MISMATCH");
    const imageDays = paths.includes("image_days") ? given.imageDays : known.imageDays;
    const templateDays = paths.includes("template_days") ? given.templateDays : known.templateDays;
    if (imageDays > IMAGES.maxDays || templateDays > TEMPLATES.maxDays) throw refuse(Code.InvalidArgument, "INVALID_FIELD");
    this.#rules.set(siteId, { imageDays, templateDays, changes: known.changes + 1 });
  }

  #tenant(): Retention {
    const rule = this.#rule(TENANT);
    const { imageDays, templateDays } = rule;
    return create(RetentionSchema, {
      imageDays,
      templateDays,
      images: period(imageDays, RetentionSource.TENANT, IMAGES),
      templates: period(templateDays, RetentionSource.TENANT, TEMPLATES),
      sites: [...this.#rules].flatMap(([siteId, { imageDays: own }]) => (siteId === TENANT || own === 0 ? [] : [this.#site(siteId)])),
      ...(rule.changes === 0 ? {} : { updateTime: timestampNow() }),
      etag: etagOf(rule),
    });
  }

  #site(siteId: string): SiteRetention {
    if (!this.#isSite(siteId)) throw refuse(Code.NotFound, "SITE_NOT_FOUND");
    const rule = this.#rule(siteId);
    const { imageDays } = rule;
    const images =
      imageDays === 0
        ? period(this.#rule(TENANT).imageDays, RetentionSource.TENANT, IMAGES)
        : period(imageDays, RetentionSource.SITE, IMAGES);
    return create(SiteRetentionSchema, { siteId, imageDays, images, etag: etagOf(rule) });
  }
}

function etagOf({ changes }: Rule): string {
  return `etag-${String(changes)}`;
}

function period(own: number, source: RetentionSource, limits: typeof IMAGES) {
  const said = own === 0 ? { days: limits.defaultDays, source: RetentionSource.INSTALLATION } : { days: own, source };
  return create(RetentionPeriodSchema, { ...said, ...limits });
}
