import { ArrowLeftOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useId, useState } from "react";
import { Link } from "react-router";

import type { Erasure } from "../../api/gen/footfall/v1/erasure_service_pb";
import type { RecognitionCandidate } from "../../api/gen/footfall/v1/staff_service_pb";
import { useFace } from "../../api/hooks";
import { FaceFrame } from "../../components/faces/FaceFrame";
import { PageHeader } from "../../components/PageHeader";
import { forgetPeople } from "../../panels/erasure/erasures";
import { ErasureForm } from "../../panels/erasure/ErasureForm";
import { TicketField } from "../../panels/erasure/TicketField";
import { CandidateFace } from "../../panels/picture/CandidateFace";
import { PictureInput } from "../../panels/picture/PictureInput";
import { RefusalAlert } from "../../panels/picture/RefusalAlert";
import { type PictureRefusal, refusalOf } from "../../panels/picture/refusal";
import { useShownPicture } from "../../panels/picture/useShownPicture";
import { Candidates } from "./Candidates";
import { ErasureProgress } from "./ErasureProgress";
import { NumberForm } from "./NumberForm";
import { OptOutOffer } from "./OptOutOffer";
import { type Step, Steps } from "./Steps";
import { StepTitle } from "./StepTitle";
import { t } from "./texts";
import { useErasedUnder } from "./useErasures";
import { type Named, useSubjectSearch } from "./useSubjectSearch";

type Chosen = { readonly by: "picture"; readonly candidate: RecognitionCandidate } | { readonly by: "name"; readonly named: Named };

/**
 * Somebody asks to be forgotten, or not to be recognised again: who it is, what would go, and the receipt. The picture that they brought is sent once,
 * to be compared, and given back as soon as somebody is erased or the page is left.
 */
export function ForgetPage() {
  const [ticket, setTicket] = useState("");
  const [picture, show] = useShownPicture();
  const [fault, setFault] = useState<PictureRefusal>();
  const queries = useQueryClient();
  const search = useSubjectSearch();
  const [chosen, setChosen] = useState<Chosen>();
  const [erasure, setErasure] = useState<Erasure>();
  // Whoever comes back to the first step is taken there; whoever opens the page begins at its top.
  const [returned, setReturned] = useState(false);
  const found = picture && !fault ? search.data : undefined;
  const look = (taken: Blob) => {
    search.mutate({ picture: taken, ticket: ticket.trim() });
  };
  const refusal = fault ?? (search.error ? refusalOf(search.error) : undefined);
  return (
    <div className="space-y-6">
      <Link to="/privacy" className="inline-flex items-center gap-2 text-quiet no-underline hover:text-ink">
        <ArrowLeftOutlined aria-hidden="true" />
        {t("backToPrivacy")}
      </Link>
      <PageHeader title={t("somebodyAsks")} note={t("forgetNote")} />
      <Steps now={stepOf({ erased: erasure !== undefined, chosen: chosen !== undefined, found: found !== undefined })} />
      {erasure && <ErasureProgress made={erasure} />}
      {!erasure && chosen && (
        <Confirm
          chosen={chosen}
          ticket={ticket}
          url={picture?.url}
          onErased={(made) => {
            show(undefined);
            search.reset();
            forgetPeople(queries);
            setErasure(made);
          }}
          onBack={() => {
            setReturned(true);
            setChosen(undefined);
          }}
        />
      )}
      {!erasure && !chosen && (
        <section className="space-y-4">
          <StepTitle title={t("findTitle")} focused={returned} />
          <Ticket ticket={ticket} onChange={setTicket} />
          <PictureInput
            title={t("pictureDrop")}
            hint={t("pictureDropHint")}
            use={t("pictureUse")}
            disabled={search.isPending}
            onPicture={(taken) => {
              setFault(undefined);
              show(taken);
              look(taken);
            }}
            onRefused={(refused) => {
              show(undefined);
              setFault(refused);
            }}
          />
          <NumberForm
            disabled={search.isPending}
            onFound={(named) => {
              setChosen({ by: "name", named });
            }}
          />
          {search.isPending && (
            <p role="status" className="text-quiet">
              {t("searching")}
            </p>
          )}
          {refusal && (
            <RefusalAlert
              refusal={refusal}
              url={picture?.url}
              onRetry={() => {
                if (picture) look(picture.picture);
              }}
            />
          )}
          {picture && found && (
            <Candidates
              url={picture.url}
              found={found}
              onChoose={(candidate) => {
                setChosen({ by: "picture", candidate });
              }}
            />
          )}
          {picture && found?.candidates.length === 0 && (
            <OptOutOffer key={picture.url} picture={picture.picture} url={picture.url} ticket={ticket} />
          )}
        </section>
      )}
    </div>
  );
}

function stepOf(done: { erased: boolean; chosen: boolean; found: boolean }): Step {
  if (done.erased) return "stepReceipt";
  if (done.chosen) return "stepWhat";
  return done.found ? "stepWho" : "stepFind";
}

/** The ticket, and whether it was done already: people ask twice. */
function Ticket({ ticket, onChange }: { ticket: string; onChange: (ticket: string) => void }) {
  const id = useId();
  const [settled, setSettled] = useState(ticket);
  const known = useErasedUnder(settled.trim());
  return (
    <div className="space-y-2">
      <TicketField
        id={id}
        value={ticket}
        onChange={onChange}
        onLeave={() => {
          setSettled(ticket);
        }}
      />
      <p role="status">
        {known && (
          <>
            {t("ticketKnown")}{" "}
            <Link to={`/privacy?ticket=${encodeURIComponent(settled.trim())}`} className="font-medium text-brand">
              {t("ticketShow")}
            </Link>
          </>
        )}
      </p>
    </div>
  );
}

function Confirm(props: {
  chosen: Chosen;
  ticket: string;
  url: string | undefined;
  onErased: (erasure: Erasure) => void;
  onBack: () => void;
}) {
  const { chosen, ticket, url, onErased, onBack } = props;
  return (
    <section className="max-w-2xl space-y-4 rounded-2xl border border-line bg-surface p-5">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <StepTitle title={t("whatTitle")} focused />
        <Button onClick={onBack}>{t("goBack")}</Button>
      </div>
      <div className="flex gap-3">
        {chosen.by === "picture" && url !== undefined && (
          <FaceFrame status="shown" url={url} alt={t("yourPicture")} fit="contain" className="size-24 rounded-xl" />
        )}
        {chosen.by === "picture" && <CandidateFace candidate={chosen.candidate} className="size-24 rounded-xl" />}
        {chosen.by === "name" && chosen.named.imageId !== "" && <SeenFace imageId={chosen.named.imageId} />}
      </div>
      <ErasureForm
        subjectId={chosen.by === "picture" ? chosen.candidate.customerId : chosen.named.subjectId}
        ticket={ticket}
        mayOptOut
        onErased={onErased}
        onCancel={onBack}
      />
    </section>
  );
}

function SeenFace({ imageId }: { imageId: string }) {
  const face = useFace(imageId);
  return <FaceFrame status={face.status} url={face.url} alt={t("bestPicture")} className="size-24 rounded-xl" />;
}
