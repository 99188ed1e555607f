import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { USERS_KEY } from "../../api/admin";
import { type AppError, toAppError } from "../../api/errors";
import { Role } from "../../api/gen/footfall/v1/auth_service_pb";
import { ErrorReason } from "../../api/gen/footfall/v1/error_reason_pb";
import { type User, UserService } from "../../api/gen/footfall/v1/user_service_pb";
import { useSites } from "../../api/hooks";
import { roleName } from "../../api/permissions";
import { FormField } from "../../components/fields/FormField";
import { TextInput } from "../../components/fields/inputs";
import { SelectField } from "../../components/fields/SelectField";
import { SwitchField } from "../../components/fields/SwitchField";
import { EditorDrawer } from "../../components/overlay/EditorDrawer";
import { t } from "./texts";
import { draftOf, USER_MASK, type UserDraft, userFaults, valuesOf } from "./userForm";

/** Opens an account, or changes one. */
export function UserEditor(props: {
  user: User | undefined;
  inTenant: boolean;
  /** The account that was opened: it has no password yet. */
  onInvited: (user: User) => void;
  onClose: () => void;
}) {
  const { user, inTenant, onInvited, onClose } = props;
  const queries = useQueryClient();
  const [draft, setDraft] = useState(() => draftOf(user, inTenant));
  const [checked, setChecked] = useState(false);
  const [requestId] = useState(() => crypto.randomUUID());
  const creation = useMutation(UserService.method.createUser, {
    onSuccess: async (made) => {
      await queries.invalidateQueries({ queryKey: USERS_KEY });
      onInvited(made);
    },
  });
  const update = useMutation(UserService.method.updateUser, {
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: USERS_KEY });
      onClose();
    },
  });
  const error = creation.error ?? update.error;
  const failure = error ? toAppError(error) : undefined;
  const faults = checked ? userFaults(draft) : new Map<keyof UserDraft, string>();
  const set = (change: Partial<UserDraft>) => {
    setDraft({ ...draft, ...change });
  };
  const save = () => {
    setChecked(true);
    if (userFaults(draft).size > 0) return;
    if (user) update.mutate({ user: { ...valuesOf(draft), userId: user.userId }, updateMask: { paths: USER_MASK } });
    else creation.mutate({ user: { ...valuesOf(draft), email: draft.email.trim() }, requestId });
  };
  const roles = inTenant ? [Role.SITE_MANAGER, Role.TENANT_ADMIN] : [Role.SYSTEM_ADMIN];

  return (
    <EditorDrawer
      title={user ? t("editName", { name: user.displayName }) : t("inviteSomebody")}
      action={user ? t("save") : t("inviteAction")}
      busy={creation.isPending || update.isPending}
      failure={failure}
      onSave={save}
      onClose={onClose}
    >
      {!user && (
        <FormField id="user-email" label={t("email")} fault={faults.get("email") ?? emailFault(failure)}>
          <TextInput
            id="user-email"
            type="email"
            autoFocus
            autoComplete="off"
            maxLength={254}
            value={draft.email}
            aria-describedby="user-email-note"
            onChange={(event) => {
              set({ email: event.target.value });
            }}
          />
        </FormField>
      )}
      <FormField id="user-name" label={t("name")} hint={t("nameHint")}>
        <TextInput
          id="user-name"
          autoFocus={user !== undefined}
          autoComplete="off"
          maxLength={120}
          value={draft.displayName}
          aria-describedby="user-name-note"
          onChange={(event) => {
            set({ displayName: event.target.value });
          }}
        />
      </FormField>
      <FormField id="user-role" label={t("role")} hint={roleHint(draft.role)}>
        <SelectField
          id="user-role"
          label={t("role")}
          value={String(draft.role)}
          choices={roles.map((role) => ({ value: String(role), label: roleName(role) }))}
          onChange={(chosen) => {
            set({ role: roles.find((role) => String(role) === chosen) ?? draft.role });
          }}
        />
      </FormField>
      {draft.role === Role.SITE_MANAGER && (
        <SitesField
          chosen={draft.siteIds}
          fault={faults.get("siteIds")}
          onChange={(siteIds) => {
            set({ siteIds });
          }}
        />
      )}
      {user && (
        <SwitchField
          id="user-enabled"
          label={t("canSignIn")}
          hint={t("canSignInHint")}
          checked={!draft.disabled}
          onChange={(enabled) => {
            set({ disabled: !enabled });
          }}
        />
      )}
    </EditorDrawer>
  );
}

function SitesField(props: { chosen: readonly string[]; fault: string | undefined; onChange: (siteIds: string[]) => void }) {
  const { chosen, fault, onChange } = props;
  const sites = useSites();
  return (
    <fieldset className="border-0 p-0">
      <legend className="mb-1 font-medium">{t("sitesOf")}</legend>
      <div className="max-h-60 overflow-y-auto rounded-lg border border-edge p-2">
        {(sites.data ?? []).map(({ siteId, displayName }) => (
          <label key={siteId} className="flex min-h-9 cursor-pointer items-center gap-2.5 rounded px-1 hover:bg-mute">
            <input
              type="checkbox"
              className="size-4 accent-brand"
              checked={chosen.includes(siteId)}
              onChange={({ target }) => {
                onChange(target.checked ? [...chosen, siteId] : chosen.filter((known) => known !== siteId));
              }}
            />
            {displayName}
          </label>
        ))}
        {sites.data?.length === 0 && <p className="text-quiet">{t("noSites")}</p>}
      </div>
      {fault !== undefined && <p className="mt-1 text-rose-ink">{fault}</p>}
    </fieldset>
  );
}

function roleHint(role: Role): string {
  if (role === Role.SITE_MANAGER) return t("roleHintManager");
  return role === Role.SYSTEM_ADMIN ? t("roleHintSystem") : t("roleHintAdmin");
}

function emailFault(failure: AppError | undefined): string | undefined {
  if (failure?.reason === ErrorReason.ALREADY_EXISTS) return t("emailTaken");
  return failure?.fields.some(({ field }) => field.endsWith("email")) ? t("emailFault") : undefined;
}
