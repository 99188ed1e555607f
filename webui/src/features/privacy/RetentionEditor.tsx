import { useState } from "react";

import { fieldFault, toAppError } from "../../api/errors";
import { ErrorReason } from "../../api/gen/footfall/v1/error_reason_pb";
import { ConflictNote } from "../../components/feedback/ConflictNote";
import { FormField } from "../../components/fields/FormField";
import { TextInput } from "../../components/fields/inputs";
import { ConfirmDialog } from "../../components/overlay/ConfirmDialog";
import { EditorDrawer } from "../../components/overlay/EditorDrawer";
import {
  changesOf,
  draftOf,
  type Held,
  PATHS,
  type RetentionDraft,
  type RetentionField,
  retentionFaults,
  type Shortened,
  shortenedBy,
} from "./retentionForm";
import { t } from "./texts";
import { useRetentionOf } from "./useRetention";

const LABELS = { images: "daysOfPictures", templates: "daysOfFaces" } as const;
const HINTS = { images: "daysOfPicturesHint", templates: "daysOfFacesHint" } as const;

/** Says how long a tenant, or a site of it, keeps things. What shorter times delete is asked about first. */
export function RetentionEditor(props: { siteId: string; name: string; held: Held; onClose: () => void }) {
  const { siteId, name, onClose } = props;
  const { reading, saving } = useRetentionOf(siteId);
  const [held, setHeld] = useState(props.held);
  const [draft, setDraft] = useState(() => draftOf(props.held));
  const [checked, setChecked] = useState(false);
  const [asked, setAsked] = useState<Shortened>();
  const error = reading.error ?? saving.error;
  const failure = error ? toAppError(error) : undefined;
  const conflict = failure?.reason === ErrorReason.ETAG_MISMATCH;
  const faults = checked ? retentionFaults(draft, held) : new Set<RetentionField>();
  const title = t("daysOf", { name });
  const save = () => {
    saving.mutate(
      { changes: changesOf(draft, held), etag: held.etag },
      {
        onSuccess: onClose,
        onError: () => {
          setAsked(undefined);
        },
      },
    );
  };
  const submit = () => {
    setChecked(true);
    if (retentionFaults(draft, held).size > 0) return;
    const changes = changesOf(draft, held);
    const shortened = shortenedBy(changes, held);
    if (Object.keys(changes).length === 0) onClose();
    else if (Object.keys(shortened).length > 0) setAsked(shortened);
    else save();
  };
  const takeTheirs = () => {
    reading.mutate(undefined, {
      onSuccess: (theirs) => {
        setHeld(theirs);
        setDraft(draftOf(theirs));
        saving.reset();
      },
    });
  };
  if (asked !== undefined) {
    return (
      <ConfirmDialog
        title={t("shorten")}
        note={<Goes name={name} everywhere={siteId === ""} shortened={asked} />}
        action={t("shortenAction")}
        busy={saving.isPending}
        failure={undefined}
        onConfirm={save}
        onClose={() => {
          setAsked(undefined);
        }}
      />
    );
  }
  const field = (which: RetentionField) => {
    const term = held[which];
    if (!term) return null;
    const id = `retention-${which}`;
    const fault = faults.has(which) ? t("daysFault", { most: term.most }) : fieldFault(failure, PATHS[which]);
    return (
      <FormField id={id} label={t(LABELS[which])} hint={t(HINTS[which], { most: term.most })} fault={fault}>
        <TextInput
          id={id}
          inputMode="numeric"
          maxLength={4}
          placeholder={t(siteId === "" ? "asInstalled" : "asTenant", { days: term.otherwise })}
          value={draft[which]}
          aria-describedby={`${id}-note`}
          onChange={(event) => {
            setDraft({ ...draft, [which]: event.target.value.trim() } satisfies RetentionDraft);
          }}
        />
      </FormField>
    );
  };
  return (
    <EditorDrawer
      title={title}
      action={t("save")}
      busy={saving.isPending}
      failure={conflict ? undefined : failure}
      onSave={submit}
      onClose={onClose}
    >
      {conflict && <ConflictNote busy={reading.isPending} onTheirs={takeTheirs} />}
      {field("images")}
      {field("templates")}
    </EditorDrawer>
  );
}

function Goes({ name, everywhere, shortened }: { name: string; everywhere: boolean; shortened: Shortened }) {
  const { images, templates } = shortened;
  return (
    <>
      {images !== undefined && (everywhere ? t("picturesGo", { count: images }) : t("picturesOfSiteGo", { count: images, site: name }))}{" "}
      {templates !== undefined && t("facesGo", { count: templates })} {t("goesTonight")}
    </>
  );
}
