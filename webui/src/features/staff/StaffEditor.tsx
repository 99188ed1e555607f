import { useMutation } from "@connectrpc/connect-query";
import { type ChangeEvent, useState } from "react";

import { toAppError } from "../../api/errors";
import { ErrorReason } from "../../api/gen/footfall/v1/error_reason_pb";
import { type Staff, StaffService } from "../../api/gen/footfall/v1/staff_service_pb";
import { useSites } from "../../api/hooks";
import { ConflictNote } from "../../components/feedback/ConflictNote";
import { FormField } from "../../components/fields/FormField";
import { DayInput } from "../../components/fields/DayInput";
import { TextInput } from "../../components/fields/inputs";
import { EditorDrawer } from "../../components/overlay/EditorDrawer";
import { serverFault } from "./serverFault";
import { SiteChoice } from "./SiteChoice";
import { changedPaths, draftOf, type StaffDraft, staffFaults, staffOf, zoneOf } from "./staffForm";
import { t } from "./texts";
import { useStaffChanged } from "./useStaffChanged";

type TextField = Exclude<keyof StaffDraft, "siteIds">;

interface TextMore {
  readonly hint?: string;
  readonly day?: boolean;
  readonly autoFocus?: boolean;
  readonly maxLength?: number;
  readonly type?: "email";
}

/** Adds a staff member, or changes the details of one. */
export function StaffEditor(props: { staff: Staff | undefined; onClose: () => void; onSaved?: (saved: Staff) => void }) {
  const { staff, onClose, onSaved } = props;
  const sites = useSites();
  const changed = useStaffChanged();
  // What the form began with: changes are those against it, and its etag is what they are made to.
  const [base, setBase] = useState(staff);
  const known = sites.data ?? [];
  const [draft, setDraft] = useState(() => draftOf(staff, zoneOf(staff?.siteIds ?? [], known)));
  const zone = zoneOf(base?.siteIds ?? draft.siteIds, known);
  const [checked, setChecked] = useState(false);
  const [requestId] = useState(() => crypto.randomUUID());
  const done = {
    onSuccess: async (saved: Staff) => {
      await changed();
      onClose();
      onSaved?.(saved);
    },
  };
  const creation = useMutation(StaffService.method.createStaff, done);
  const update = useMutation(StaffService.method.updateStaff, done);
  const reread = useMutation(StaffService.method.getStaff);
  const error = creation.error ?? reread.error ?? update.error;
  const failure = error ? toAppError(error) : undefined;
  const conflict = update.error !== null && toAppError(update.error).reason === ErrorReason.ETAG_MISMATCH;
  const faults = checked ? staffFaults(draft) : new Map<keyof StaffDraft, string>();
  const set = (change: Partial<StaffDraft>) => {
    setDraft({ ...draft, ...change });
  };
  const saveOver = (onto: Staff) => {
    const paths = changedPaths(draftOf(onto, zone), draft);
    if (paths.length === 0) onClose();
    else update.mutate({ staff: staffOf(draft, zone, onto), updateMask: { paths } });
  };
  const save = () => {
    setChecked(true);
    if (staffFaults(draft).size > 0) return;
    if (base) saveOver(base);
    else creation.mutate({ staff: staffOf(draft, zone, undefined), requestId });
  };
  const settle = (keepMine: boolean) => {
    if (!base) return;
    reread.mutate(
      { staffId: base.staffId },
      {
        onSuccess: (theirs) => {
          setBase(theirs);
          update.reset();
          if (keepMine) saveOver(theirs);
          else setDraft(draftOf(theirs, zone));
        },
      },
    );
  };
  const field = (name: TextField, label: string, path: string, more: TextMore = {}) => {
    const { hint, day = false, ...input } = more;
    const id = `staff-${name}`;
    const common = {
      id,
      value: draft[name],
      "aria-describedby": `${id}-note`,
      onChange: (event: ChangeEvent<HTMLInputElement>) => {
        set({ [name]: event.target.value });
      },
    };
    return (
      <FormField id={id} label={label} hint={hint} fault={faults.get(name) ?? serverFault(failure, path)}>
        {day ? <DayInput {...common} /> : <TextInput autoComplete="off" {...input} {...common} />}
      </FormField>
    );
  };

  return (
    <EditorDrawer
      title={staff ? t("editStaff") : t("addStaff")}
      action={staff ? t("save") : t("addStaff")}
      busy={creation.isPending || update.isPending}
      failure={failure?.reason === ErrorReason.ETAG_MISMATCH ? undefined : failure}
      onSave={save}
      onClose={onClose}
    >
      {conflict && (
        <ConflictNote
          busy={reread.isPending}
          onTheirs={() => {
            settle(false);
          }}
          onMine={() => {
            settle(true);
          }}
        />
      )}
      {field("displayName", t("name"), "display_name", { autoFocus: true, maxLength: 120 })}
      {field("employeeNumber", t("employeeNumber"), "employee_number", { maxLength: 64, hint: t("employeeNumberHint") })}
      {field("jobTitle", t("jobTitle"), "job_title", { maxLength: 120 })}
      {field("email", t("email"), "email", { maxLength: 254, type: "email" })}
      <SiteChoice
        hint={t("sitesHint")}
        sites={known}
        chosen={draft.siteIds}
        onChange={(siteIds) => {
          set({ siteIds });
        }}
      />
      {field("firstDay", t("firstDay"), "join_time", { day: true })}
      {field("lastDay", t("lastDay"), "leave_time", { day: true, hint: t("lastDayHint", { zone: zone.replaceAll("_", " ") }) })}
    </EditorDrawer>
  );
}
