import { DeleteOutlined, EditOutlined, LinkOutlined, SearchOutlined, UserAddOutlined } from "@ant-design/icons";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Button } from "antd";
import { useState } from "react";

import { useUsers } from "../../api/admin";
import { toAppError } from "../../api/errors";
import { Role } from "../../api/gen/footfall/v1/auth_service_pb";
import type { User } from "../../api/gen/footfall/v1/user_service_pb";
import { useSession } from "../../api/hooks";
import { roleName } from "../../api/permissions";
import { EmptyState } from "../../components/feedback/EmptyState";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { TextInput } from "../../components/fields/inputs";
import { PageHeader } from "../../components/PageHeader";
import { StateBadge } from "../../components/status/StateBadge";
import { PagedTable } from "../../components/table/PagedTable";
import { moment } from "../../time/format";
import { localZone } from "../../time/zoned";
import { t } from "./texts";
import { DeleteUserDialog, PasswordLinkDialog } from "./UserDialogs";
import { UserEditor } from "./UserEditor";

/** What is laid over the page now. */
type Overlay =
  | { readonly kind: "edit"; readonly user: User | undefined }
  | { readonly kind: "link"; readonly user: User; readonly isNew: boolean }
  | { readonly kind: "delete"; readonly user: User };

/** Who signs in, as what, and where. */
export function UsersPage() {
  const users = useUsers();
  const who = useSession();
  const [search, setSearch] = useState("");
  const [overlay, setOverlay] = useState<Overlay>();
  const wanted = search.trim().toLocaleLowerCase();
  const shown = (users.data ?? []).filter(({ email, displayName }) => `${displayName} ${email}`.toLocaleLowerCase().includes(wanted));
  const failure = users.error ? toAppError(users.error) : undefined;
  const zone = localZone();
  const close = () => {
    setOverlay(undefined);
  };
  const person = (user: User) => (
    <div className="min-w-0">
      <p className="flex items-center gap-2 font-medium">
        <span className="truncate">{user.displayName}</span>
        {user.userId === who?.subjectId && <StateBadge tone="quiet">{t("you")}</StateBadge>}
      </p>
      <p className="truncate text-xs text-quiet">{user.email}</p>
    </div>
  );
  const role = (user: User) => (
    <div>
      <p>{roleName(user.role)}</p>
      <p className="text-xs text-quiet">
        {user.role === Role.SITE_MANAGER ? t("sites", { count: user.siteIds.length }) : user.role === Role.TENANT_ADMIN && t("allSites")}
      </p>
    </div>
  );
  const lastSignIn = (user: User) => (user.lastSignInTime ? moment(timestampMs(user.lastSignInTime), zone) : t("never"));
  const state = (user: User) => (
    <StateBadge tone={user.disabled ? "bad" : "good"}>{user.disabled ? t("disabled") : t("active")}</StateBadge>
  );
  const actions = (user: User) => (
    <div className="flex justify-end">
      <Button
        type="text"
        icon={<EditOutlined />}
        title={t("edit")}
        aria-label={t("editName", { name: user.displayName })}
        onClick={() => {
          setOverlay({ kind: "edit", user });
        }}
      />
      <Button
        type="text"
        icon={<LinkOutlined />}
        title={t("passwordLink")}
        aria-label={t("passwordLinkOf", { name: user.displayName })}
        onClick={() => {
          setOverlay({ kind: "link", user, isNew: false });
        }}
      />
      {user.userId !== who?.subjectId && (
        <Button
          type="text"
          icon={<DeleteOutlined />}
          title={t("delete")}
          aria-label={t("deleteName", { name: user.displayName })}
          onClick={() => {
            setOverlay({ kind: "delete", user });
          }}
        />
      )}
    </div>
  );

  return (
    <div className="space-y-6">
      <PageHeader title={t("title")} note={t("note", { zone: zone.replaceAll("_", " ") })}>
        <Button
          type="primary"
          icon={<UserAddOutlined aria-hidden="true" />}
          onClick={() => {
            setOverlay({ kind: "edit", user: undefined });
          }}
        >
          {t("invite")}
        </Button>
      </PageHeader>
      {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={() => void users.refetch()} />}
      {!failure && users.isPending && <PageSkeleton />}
      {users.data && (
        <>
          <TextInput
            type="search"
            className="max-w-80"
            prefix={<SearchOutlined aria-hidden="true" />}
            placeholder={t("search")}
            aria-label={t("search")}
            value={search}
            onChange={(event) => {
              setSearch(event.target.value);
            }}
          />
          {shown.length === 0 ? (
            <EmptyState icon={<SearchOutlined />} title={t("noMatch")} hint={t("noMatchHint")} />
          ) : (
            <PagedTable
              caption={t("caption")}
              columns={[
                { key: "person", title: t("person"), cell: person },
                { key: "role", title: t("role"), cell: role },
                { key: "signs-in", title: t("signsIn"), cell: signsInWith },
                { key: "last", title: t("lastSignIn"), cell: lastSignIn },
                { key: "state", title: t("state"), cell: state },
                { key: "actions", title: <span className="sr-only">{t("actions")}</span>, cell: actions },
              ]}
              rows={shown}
              rowKey={({ userId }) => userId}
              card={(user) => (
                <div className="space-y-2">
                  <div className="flex items-start justify-between gap-3">
                    {person(user)}
                    {state(user)}
                  </div>
                  <div className="flex items-end justify-between gap-3">
                    {role(user)}
                    {actions(user)}
                  </div>
                </div>
              )}
              busy={false}
              page={1}
              onPrevious={undefined}
              onNext={undefined}
            />
          )}
        </>
      )}
      {overlay?.kind === "edit" && (
        <UserEditor
          user={overlay.user}
          inTenant={who?.tenantId !== ""}
          onInvited={(user) => {
            setOverlay({ kind: "link", user, isNew: true });
          }}
          onClose={close}
        />
      )}
      {overlay?.kind === "link" && <PasswordLinkDialog user={overlay.user} isNew={overlay.isNew} onClose={close} />}
      {overlay?.kind === "delete" && <DeleteUserDialog user={overlay.user} onClose={close} />}
    </div>
  );
}

function signsInWith(user: User): string {
  const ways = [...(user.hasPassword ? [t("password")] : []), ...(user.identityProvider === "" ? [] : [t("identityProvider")])];
  return ways.length === 0 ? t("notYet") : ways.join(", ");
}
