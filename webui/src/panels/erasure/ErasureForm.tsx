import { useQuery } from "@connectrpc/connect-query";
import { Button } from "antd";
import { useId, useState } from "react";

import { fieldFault, toAppError } from "../../api/errors";
import {
  type Erasure,
  ErasureKind,
  ErasureService,
  type PreviewErasureResponse,
} from "../../api/gen/footfall/v1/erasure_service_pb";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { FormField } from "../../components/fields/FormField";
import { TextInput } from "../../components/fields/inputs";
import { SwitchField } from "../../components/fields/SwitchField";
import { t } from "./texts";
import { TicketField } from "./TicketField";
import { useErase } from "./useErase";

const COUNTED = ["faces", "tracks", "visits", "images"] as const;

/** Says what would go of somebody, and erases them after their name was typed: it cannot be undone. */
export function ErasureForm(props: {
  subjectId: string;
  /** How many were merged into them; undefined where nobody knows. */
  merged?: number | undefined;
  /** A ticket that is known already. */
  ticket?: string;
  /** Whether they may ask not to be recognised again, too. */
  mayOptOut?: boolean;
  onErased: (erasure: Erasure) => void;
  onCancel: () => void;
}) {
  const { subjectId, merged, mayOptOut = false, onErased, onCancel } = props;
  const id = useId();
  // Always read anew, and forgotten with the form.
  const preview = useQuery(ErasureService.method.previewErasure, { subjectId }, { staleTime: 0, gcTime: 0 });
  // One for the life of the form: a call that is repeated after a lost answer erases nobody twice.
  const [requestId] = useState(() => crypto.randomUUID());
  const [ticket, setTicket] = useState(props.ticket ?? "");
  const [typed, setTyped] = useState("");
  const [optOut, setOptOut] = useState(false);
  const erasure = useErase(onErased);
  if (preview.error && !preview.data) {
    const failure = toAppError(preview.error);
    return (
      <div className="space-y-4">
        <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={() => void preview.refetch()} />
        <div className="flex justify-end">
          <Button onClick={onCancel}>{t("cancel")}</Button>
        </div>
      </div>
    );
  }
  if (!preview.data) {
    return (
      <p role="status" className="animate-pulse text-quiet">
        {t("reading")}
      </p>
    );
  }
  const failure = erasure.error ? toAppError(erasure.error) : undefined;
  const ticketFault = fieldFault(failure, "ticket");
  const phrase = phraseOf(preview.data);
  const confirmed = sameWords(typed, phrase);
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (confirmed && !erasure.isPending) erasure.mutate({ subjectId, ticket: ticket.trim(), requestId, optOut });
      }}
    >
      <div>
        <p>{t("goes")}</p>
        <ul className="list-disc pl-5">
          {lossesOf(preview.data, merged).map((loss) => (
            <li key={loss}>{loss}</li>
          ))}
        </ul>
      </div>
      <p className="text-quiet">{t(optOut ? "afterOptOut" : "after")}</p>
      {mayOptOut && <SwitchField id={`${id}-opt-out`} label={t("optOut")} hint={t("optOutHint")} checked={optOut} onChange={setOptOut} />}
      <TicketField id={`${id}-ticket`} value={ticket} fault={ticketFault} onChange={setTicket} />
      {failure && ticketFault === undefined && <ErrorAlert {...failure} requestId={failure.metadata.request_id} />}
      <FormField id={id} label={t("type", { phrase })}>
        <TextInput
          id={id}
          value={typed}
          autoComplete="off"
          onChange={(event) => {
            setTyped(event.target.value);
          }}
        />
      </FormField>
      <div className="flex flex-wrap justify-end gap-3">
        <Button onClick={onCancel}>{t("cancel")}</Button>
        <Button type="primary" danger htmlType="submit" disabled={!confirmed} loading={erasure.isPending}>
          {t("confirm")}
        </Button>
      </div>
    </form>
  );
}

function lossesOf({ removed, displayName, kind }: PreviewErasureResponse, merged: number | undefined): readonly string[] {
  const counts = COUNTED.filter((name) => (removed?.[name] ?? 0) > 0).map((name) => t(name, { count: removed?.[name] ?? 0 }));
  const named = displayName === "" ? [] : [t("name")];
  const others = merged === undefined ? mergedAny(kind) : merged > 0 ? [t("mergedSome", { count: merged })] : [];
  return [...counts, ...named, ...others];
}

function mergedAny(kind: ErasureKind): readonly string[] {
  return kind === ErasureKind.STAFF ? [] : [t("mergedAny")];
}

/** What has to be typed: the name, else the number; a word for who has neither. */
function phraseOf({ displayName, number, kind }: PreviewErasureResponse): string {
  if (displayName !== "") return displayName;
  if (number === 0n) return t("phrase");
  return t(kind === ErasureKind.STAFF ? "staff" : "visitor", { number: number.toString() });
}

/** Case and spaces do not matter: what is typed shows that somebody meant it. */
function sameWords(typed: string, phrase: string): boolean {
  const words = (text: string) => text.trim().replaceAll(/\s+/g, " ").toLowerCase();
  return words(typed) === words(phrase);
}
