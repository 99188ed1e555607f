import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { type ApiKey, ApiKeySchema, ApiKeyService } from "../../api/gen/footfall/v1/api_key_service_pb";
import { Role } from "../../api/gen/footfall/v1/auth_service_pb";
import { CertificateService } from "../../api/gen/footfall/v1/certificate_service_pb";
import { SiteService } from "../../api/gen/footfall/v1/site_service_pb";
import { refusal, renderConsole } from "../../testing/renderConsole";
import { SITE, uuid } from "../../testing/shop";

const keyOf = (number: number, displayName: string, more: Partial<ApiKey> = {}): ApiKey => ({
  ...create(ApiKeySchema, { apiKeyId: uuid("8", number), displayName, siteId: SITE.siteId, role: Role.WORKER, prefix: `ffk_${number}` }),
  ...more,
});

it("makes a key, shows it once, and asks before one ends", async () => {
  const createApiKey = vi.fn(() => ({ apiKey: keyOf(9, "Sensor"), secret: "ffk_9_secret" }));
  const revokeApiKey = vi.fn(() => keyOf(1, "Till export"));
  renderConsole({
    path: "/keys",
    services: (core) => {
      core.service(SiteService, { listSites: () => ({ sites: [SITE] }) });
      core.service(CertificateService, { listJoinTokens: () => ({}) });
      core.service(ApiKeyService, {
        listApiKeys: () => ({
          apiKeys: [
            keyOf(1, "Till export"),
            keyOf(2, "Over", { expireTime: timestampFromMs(0) }),
            keyOf(3, "Ended", { revokeTime: timestampFromMs(0) }),
          ],
        }),
        createApiKey,
        revokeApiKey,
      });
    },
  });
  // Only what still works can be ended: once in the table, once on the phone's card.
  expect(await screen.findAllByRole("button", { name: /^Revoke / })).toHaveLength(2);
  expect(await screen.findByText("No join token waits to be used")).toBeDefined();

  await userEvent.click(screen.getByRole("button", { name: "New API key" }));
  await userEvent.click(screen.getByRole("button", { name: "Make the key" }));
  expect(screen.getByText("Choose a site.")).toBeDefined();
  expect(createApiKey).not.toHaveBeenCalled();
  await userEvent.type(screen.getByLabelText("Name"), "Sensor");
  await userEvent.selectOptions(screen.getByRole("combobox", { name: "Site" }), SITE.siteId);
  await userEvent.click(screen.getByRole("button", { name: "Make the key" }));
  expect((await screen.findByTestId<HTMLInputElement>("secret")).value).toBe("ffk_9_secret");
  await userEvent.click(screen.getByRole("button", { name: "Done" }));
  expect(screen.queryByTestId("secret")).toBeNull();

  await userEvent.click(screen.getAllByRole("button", { name: "Revoke Till export" })[0]!);
  expect(revokeApiKey).not.toHaveBeenCalled();
  await userEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Revoke" }));
  await vi.waitFor(() => {
    expect(revokeApiKey).toHaveBeenCalledWith(expect.objectContaining({ apiKeyId: uuid("8", 1) }), expect.anything());
  });
});

it("says quietly what is to be set up where there is no certificate authority", async () => {
  renderConsole({
    path: "/keys",
    services: (core) => {
      core.service(SiteService, { listSites: () => ({ sites: [SITE] }) });
      core.service(ApiKeyService, { listApiKeys: () => ({}) });
      core.service(CertificateService, {
        listJoinTokens: () => {
          throw refusal(Code.FailedPrecondition, "NO_CERTIFICATE_AUTHORITY");
        },
      });
    },
  });
  const note = await screen.findByRole("note");
  expect(note.textContent).toContain("footfall-server generate-authority");
  expect(note.textContent).toContain("docs/operations.md");
  expect(screen.queryByRole("alert")).toBeNull();
  expect(screen.queryByRole("button", { name: "New join token" })).toBeNull();
});

it("says that join tokens cannot be read for another reason as the failure that it is", async () => {
  renderConsole({
    path: "/keys",
    services: (core) => {
      core.service(SiteService, { listSites: () => ({ sites: [SITE] }) });
      core.service(ApiKeyService, { listApiKeys: () => ({}) });
      core.service(CertificateService, {
        listJoinTokens: () => {
          throw refusal(Code.FailedPrecondition, "TENANT_REQUIRED");
        },
      });
    },
  });
  expect(await screen.findByRole("alert")).toBeDefined();
  expect(screen.queryByRole("note")).toBeNull();
});
