import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, type ConnectRouter } from "@connectrpc/connect";

import { type ApiKey, ApiKeySchema, ApiKeyService } from "../../src/api/gen/footfall/v1/api_key_service_pb";
import { type AuditEntry, AuditEntrySchema, AuditService } from "../../src/api/gen/footfall/v1/audit_service_pb";
import { Role } from "../../src/api/gen/footfall/v1/auth_service_pb";
import { CertificateService, type JoinToken, JoinTokenSchema } from "../../src/api/gen/footfall/v1/certificate_service_pb";
import { DayOfWeek } from "../../src/api/gen/footfall/v1/report_service_pb";
import { type Tenant, TenantSchema, TenantService, TenantSettingsSchema } from "../../src/api/gen/footfall/v1/tenant_service_pb";
import { type User, UserSchema, UserService } from "../../src/api/gen/footfall/v1/user_service_pb";
import { type FakeAuth, refuse } from "./auth";
import { id, TENANTS } from "./data";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const ENTRIES = 450;
const ACTIONS = ["auth.sign_in", "image.view", "customer.merge", "site.update", "user.setup_token", "customer.delete", "api_key.create", "camera.snapshot"];

/** Accounts, keys, join tokens, tenants and the log, in memory. */
export class FakeAdministration {
  readonly #auth: FakeAuth;
  readonly #now = Date.now();
  #users: User[];
  #keys: ApiKey[];
  #tokens: JoinToken[];
  #tenants: Tenant[] = [...TENANTS];
  #settings = create(TenantSettingsSchema, { weekStart: DayOfWeek.MONDAY, businessDayStart: { seconds: 14_400n } });
  #made = 100;

  constructor(auth: FakeAuth) {
    this.#auth = auth;
    const user = (number: number, displayName: string, role: Role, more: Partial<User> = {}) => ({
      ...create(UserSchema, {
        userId: id(6, number),
        email: `${displayName.split(" ")[0]?.toLowerCase() ?? ""}@example.com`,
        displayName,
        role,
        hasPassword: true,
        createTime: timestampFromMs(this.#now - 90 * DAY_MS),
        lastSignInTime: timestampFromMs(this.#now - number * 3 * 60 * MINUTE_MS),
      }),
      ...more,
    });
    this.#users = [
      user(5, "Ines Okafor", Role.SITE_MANAGER, { siteIds: [id(1, 1)] }),
      user(2, "Jon Berg", Role.TENANT_ADMIN),
      user(1, "Mara Lindqvist", Role.TENANT_ADMIN),
      user(3, "Ole Nordmann", Role.SITE_MANAGER, { siteIds: [id(1, 1), id(1, 2)], hasPassword: false, identityProvider: "northwind" }),
      user(4, "Pia Sandoval", Role.SITE_MANAGER, { siteIds: [id(1, 2)], disabled: true }),
    ];
    const key = (number: number, displayName: string, more: Partial<ApiKey> = {}) => ({
      ...create(ApiKeySchema, {
        apiKeyId: id(8, number),
        displayName,
        siteId: id(1, 1),
        role: Role.WORKER,
        prefix: `ffk_0199a00${number}`,
        createTime: timestampFromMs(this.#now - number * DAY_MS),
        lastUsedTime: timestampFromMs(this.#now - number * 7 * MINUTE_MS),
      }),
      ...more,
    });
    this.#keys = [
      key(1, "Till export", { role: Role.SITE_MANAGER, expireTime: timestampFromMs(this.#now + 40 * DAY_MS) }),
      key(2, "Counter at the door"),
      key(3, "Old dashboard", { revokeTime: timestampFromMs(this.#now - DAY_MS) }),
    ];
    this.#tokens = [
      create(JoinTokenSchema, {
        joinTokenId: id(9, 1),
        siteId: id(1, 2),
        displayName: "Mini PC, back office",
        createTime: timestampFromMs(this.#now - 5 * MINUTE_MS),
        expireTime: timestampFromMs(this.#now + 55 * MINUTE_MS),
      }),
    ];
  }

  register(router: ConnectRouter): void {
    router.service(UserService, {
      listUsers: (_, context) => {
        this.#auth.check(context);
        return { users: this.#users };
      },
      createUser: ({ user }, context) => {
        this.#auth.check(context);
        if (this.#users.some(({ email }) => email === user?.email)) throw refuse(Code.AlreadyExists, "ALREADY_EXISTS");
        const made = { ...user!, userId: id(6, (this.#made += 1)), displayName: user!.displayName || user!.email.split("@")[0]! };
        this.#users = [...this.#users, made];
        return made;
      },
      updateUser: ({ user }, context) => {
        this.#auth.check(context);
        const known = this.#users.find(({ userId }) => userId === user?.userId);
        if (!known) throw refuse(Code.NotFound, "USER_NOT_FOUND");
        const { displayName, role, siteIds, disabled } = user!;
        const changed = { ...known, displayName, role, siteIds, disabled };
        this.#users = this.#users.map((other) => (other === known ? changed : other));
        return changed;
      },
      deleteUser: ({ userId }, context) => {
        this.#auth.check(context);
        this.#users = this.#users.filter((user) => user.userId !== userId);
        return {};
      },
      createSetupToken: (_, context) => {
        this.#auth.check(context);
        return { setupToken: "ffs_0199b000_shown-this-once", expireTime: timestampFromMs(this.#now + 3 * DAY_MS) };
      },
    });
    router.service(ApiKeyService, {
      listApiKeys: (_, context) => {
        this.#auth.check(context);
        return { apiKeys: this.#keys };
      },
      createApiKey: ({ apiKey }, context) => {
        this.#auth.check(context);
        const made = { ...apiKey!, apiKeyId: id(8, (this.#made += 1)), prefix: "ffk_0199b123", createTime: timestampFromMs(this.#now) };
        this.#keys = [made, ...this.#keys];
        return { apiKey: made, secret: "ffk_0199b123_shown-this-once" };
      },
      revokeApiKey: ({ apiKeyId }, context) => {
        this.#auth.check(context);
        const known = this.#keys.find((key) => key.apiKeyId === apiKeyId);
        if (!known) throw refuse(Code.NotFound, "API_KEY_NOT_FOUND");
        const ended = { ...known, revokeTime: timestampFromMs(this.#now) };
        this.#keys = this.#keys.map((key) => (key === known ? ended : key));
        return ended;
      },
    });
    router.service(CertificateService, {
      listJoinTokens: (_, context) => {
        this.#auth.check(context);
        return { joinTokens: this.#tokens };
      },
      createJoinToken: ({ siteId, displayName }, context) => {
        this.#auth.check(context);
        const joinToken = create(JoinTokenSchema, { joinTokenId: id(9, (this.#made += 1)), siteId, displayName });
        this.#tokens = [joinToken, ...this.#tokens];
        return { joinToken, secret: "ffj_0199b123_shown-this-once" };
      },
      revokeJoinToken: ({ joinTokenId }, context) => {
        this.#auth.check(context);
        const known = this.#tokens.find((token) => token.joinTokenId === joinTokenId);
        if (!known) throw refuse(Code.NotFound, "JOIN_TOKEN_NOT_FOUND");
        this.#tokens = this.#tokens.filter((token) => token !== known);
        return known;
      },
    });
    router.service(TenantService, {
      listTenants: (_, context) => {
        this.#auth.check(context);
        return { tenants: this.#tenants };
      },
      createTenant: ({ tenant }, context) => {
        this.#auth.check(context);
        const made = create(TenantSchema, { tenantId: id(7, (this.#made += 1)), displayName: tenant!.displayName });
        this.#tenants = [...this.#tenants, made];
        return made;
      },
      getTenantSettings: (_, context) => {
        this.#auth.check(context);
        return this.#settings;
      },
      updateTenantSettings: ({ settings }, context) => {
        this.#auth.check(context);
        this.#settings = settings!;
        return this.#settings;
      },
    });
    router.service(AuditService, {
      listAuditEntries: ({ action, pageSize, pageToken }, context) => {
        this.#auth.check(context);
        const found = this.#entries(action);
        const from = Number(pageToken);
        const to = from + pageSize;
        return { entries: found.slice(from, to), nextPageToken: to < found.length ? String(to) : "" };
      },
      exportAuditEntries: ({ action }, context) => {
        this.#auth.check(context);
        return csv(this.#entries(action));
      },
    });
  }

  /** Entries whose actions begin so, the newest first. */
  #entries(action: string) {
    return Array.from({ length: ENTRIES }, (_, at) => this.#entry(at)).filter((entry) => entry.action.startsWith(action));
  }

  #entry(at: number) {
    const action = ACTIONS[at % ACTIONS.length]!;
    return create(AuditEntrySchema, {
      auditId: id(0, ENTRIES - at),
      sequence: BigInt(ENTRIES - at),
      time: timestampFromMs(this.#now - at * 11 * MINUTE_MS),
      actorId: id(6, 1 + (at % 3)),
      actorRole: Role.TENANT_ADMIN,
      action,
      resource: action.split(".")[0]!,
      resourceId: id(4, at),
      detail: JSON.stringify(action === "customer.delete" ? { faces: 3, tracks: 4, visits: 2, images: 4 } : { reason: "asked by the shop", count: at % 5 }),
      hash: "9f2c".repeat(16),
    });
  }
}

async function* csv(entries: readonly AuditEntry[]) {
  const lines = entries.map(({ sequence, action }) => `${sequence},${action}\r\n`);
  for (const line of ["sequence,action\r\n", ...lines]) yield { contentType: "text/csv; charset=utf-8", data: new TextEncoder().encode(line) };
}
