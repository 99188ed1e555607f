import { ArrowLeftOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";

import { toAppError } from "../../api/errors";
import { type Customer, CustomerKind } from "../../api/gen/footfall/v1/customer_service_pb";
import { useFace, useSession } from "../../api/hooks";
import { can } from "../../api/permissions";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { FaceFrame } from "../../components/faces/FaceFrame";
import { LinkButton } from "../../components/LinkButton";
import { StaffBadge } from "../../components/status/StaffBadge";
import { customerName } from "../../components/visitorName";
import { day } from "../../time/format";
import { localZone } from "../../time/zoned";
import { seenTimes } from "./customerTimes";
import { DistinctOf } from "./DistinctOf";
import { EraseDialog } from "./EraseDialog";
import { KindDialog } from "./KindDialog";
import { MergesOf } from "./MergesOf";
import { useCustomer } from "./queries";
import { RenameDialog } from "./RenameDialog";
import { t } from "./texts";
import { Timeline } from "./Timeline";

type Overlay = "rename" | "kind" | "erase";

/** One customer: who it is, when and where it was seen, and everything that can be put right. */
export function CustomerPage() {
  const { customerId = "" } = useParams();
  const customer = useCustomer(customerId);
  const failure = customer.error ? toAppError(customer.error) : undefined;
  return (
    <div className="space-y-6">
      <Link to="/customers" className="inline-flex items-center gap-2 text-quiet no-underline hover:text-ink">
        <ArrowLeftOutlined aria-hidden="true" />
        {t("customer.all")}
      </Link>
      {failure && !customer.data && (
        <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={() => void customer.refetch()} />
      )}
      {customer.isPending && <PageSkeleton />}
      {customer.data && <Details key={customer.data.customerId} customer={customer.data} asked={customerId} />}
    </div>
  );
}

function Details({ customer, asked }: { customer: Customer; asked: string }) {
  const navigate = useNavigate();
  const manages = can(useSession(), "customers.manage");
  const [overlay, setOverlay] = useState<Overlay>();
  const name = customerName(customer);
  const close = () => {
    setOverlay(undefined);
  };
  return (
    <>
      <title>{`${name} · Footfall`}</title>
      {asked !== customer.customerId && (
        <p role="status" className="rounded-xl bg-tint px-4 py-3 text-tint-ink">
          {t("customer.movedTo", { name })}
        </p>
      )}
      <Identity customer={customer} name={name}>
        {manages && (
          <>
            <LinkButton to={`/customers/${customer.customerId}/merge`}>{t("customer.merge")}</LinkButton>
            <Button
              onClick={() => {
                setOverlay("rename");
              }}
            >
              {t("customer.rename")}
            </Button>
            <Button
              onClick={() => {
                setOverlay("kind");
              }}
            >
              {t(customer.kind === CustomerKind.STAFF ? "customer.makeVisitor" : "customer.makeStaff")}
            </Button>
            <Button
              danger
              onClick={() => {
                setOverlay("erase");
              }}
            >
              {t("customer.erase")}
            </Button>
          </>
        )}
      </Identity>
      <div className="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_20rem]">
        <Timeline customer={customer} manages={manages} />
        <div className="space-y-6">
          <MergesOf customer={customer} manages={manages} />
          <DistinctOf customer={customer} manages={manages} />
        </div>
      </div>
      {overlay === "rename" && <RenameDialog customer={customer} onClose={close} />}
      {overlay === "kind" && <KindDialog customer={customer} onClose={close} />}
      {overlay === "erase" && (
        <EraseDialog
          customer={customer}
          onClose={close}
          onErased={() => void navigate("/customers", { replace: true })}
        />
      )}
    </>
  );
}

function Identity({ customer, name, children }: { customer: Customer; name: string; children: React.ReactNode }) {
  const face = useFace(customer.imageId);
  const { first, last } = seenTimes(customer);
  const zone = localZone();
  const when = (at: number | undefined) => (at === undefined ? t("never") : day(at, zone));
  const facts = [
    [t("customer.visits"), customer.visitCount.toString()],
    [t("customer.faces"), customer.faceCount.toString()],
    [t("customer.firstSeen"), when(first)],
    [t("customer.lastSeen"), when(last)],
  ] as const;
  return (
    <section className="flex flex-col gap-5 rounded-2xl border border-line bg-surface p-4 sm:flex-row sm:p-5">
      <FaceFrame
        status={face.status}
        url={face.url}
        alt={t("customer.face", { name })}
        className="w-28 shrink-0 self-start rounded-2xl sm:w-36"
      />
      <div className="min-w-0 flex-1 space-y-4">
        <div>
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h1 className="text-[22px] leading-8 font-semibold tracking-tight break-words">{name}</h1>
            {customer.kind === CustomerKind.STAFF && <StaffBadge label={t("staff")} />}
          </div>
          <p className="text-quiet">{t("customer.number", { number: customer.number.toString() })}</p>
        </div>
        <dl className="grid grid-cols-2 gap-x-8 gap-y-2 sm:flex sm:flex-wrap">
          {facts.map(([term, fact]) => (
            <div key={term}>
              <dt className="text-xs text-quiet">{term}</dt>
              <dd className="font-medium tabular-nums">{fact}</dd>
            </div>
          ))}
        </dl>
        <div className="flex flex-wrap gap-2">
          {customer.kind !== CustomerKind.STAFF && (
            <LinkButton to={`/visits?customer=${customer.customerId}`}>{t("customer.showVisits")}</LinkButton>
          )}
          {children}
        </div>
      </div>
    </section>
  );
}
