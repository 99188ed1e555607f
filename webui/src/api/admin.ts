import { createClient } from "@connectrpc/connect";
import { useQuery as useAnyQuery, type UseQueryResult } from "@tanstack/react-query";
import { useMemo } from "react";

import { useBackend } from "./backend";
import { type ApiKey, ApiKeyService } from "./gen/footfall/v1/api_key_service_pb";
import { CertificateService, type JoinToken } from "./gen/footfall/v1/certificate_service_pb";
import { type Tenant, TenantService } from "./gen/footfall/v1/tenant_service_pb";
import { type User, UserService } from "./gen/footfall/v1/user_service_pb";
import { everyPage, PAGE_SIZE } from "./hooks";

// What administrators run: apart from hooks.ts, so that signing in does not load it.

export const USERS_KEY = ["users"] as const;
export const API_KEYS_KEY = ["api-keys"] as const;
export const JOIN_TOKENS_KEY = ["join-tokens"] as const;
export const TENANTS_KEY = ["tenants"] as const;

/** All accounts of the tenant, or of the system administrators where none is acted for; by address. */
export function useUsers(): UseQueryResult<User[]> {
  const { transport } = useBackend();
  const client = useMemo(() => createClient(UserService, transport), [transport]);
  return useAnyQuery({
    queryKey: USERS_KEY,
    queryFn: ({ signal }) =>
      everyPage(async (pageToken) => {
        const page = await client.listUsers({ pageSize: PAGE_SIZE, pageToken }, { signal });
        return [page.users, page.nextPageToken];
      }),
  });
}

/** All API keys, the newest first; revoked and expired ones as well. */
export function useApiKeys(): UseQueryResult<ApiKey[]> {
  const { transport } = useBackend();
  const client = useMemo(() => createClient(ApiKeyService, transport), [transport]);
  return useAnyQuery({
    queryKey: API_KEYS_KEY,
    queryFn: ({ signal }) =>
      everyPage(async (pageToken) => {
        const page = await client.listApiKeys({ pageSize: PAGE_SIZE, pageToken }, { signal });
        return [page.apiKeys, page.nextPageToken];
      }),
  });
}

/** All join tokens that can still be used, the newest first. */
export function useJoinTokens(): UseQueryResult<JoinToken[]> {
  const { transport } = useBackend();
  const client = useMemo(() => createClient(CertificateService, transport), [transport]);
  return useAnyQuery({
    queryKey: JOIN_TOKENS_KEY,
    queryFn: ({ signal }) =>
      everyPage(async (pageToken) => {
        const page = await client.listJoinTokens({ pageSize: PAGE_SIZE, pageToken }, { signal });
        return [page.joinTokens, page.nextPageToken];
      }),
  });
}

/** All tenants of the installation, by name. */
export function useTenants(): UseQueryResult<Tenant[]> {
  const { transport } = useBackend();
  const client = useMemo(() => createClient(TenantService, transport), [transport]);
  return useAnyQuery({
    queryKey: TENANTS_KEY,
    queryFn: ({ signal }) =>
      everyPage(async (pageToken) => {
        const page = await client.listTenants({ pageSize: PAGE_SIZE, pageToken }, { signal });
        return [page.tenants, page.nextPageToken];
      }),
  });
}
