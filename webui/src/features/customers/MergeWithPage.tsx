import { ArrowLeftOutlined, SearchOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";

import { type AppError, toAppError } from "../../api/errors";
import type { Customer } from "../../api/gen/footfall/v1/customer_service_pb";
import { useFace, useSession } from "../../api/hooks";
import { can } from "../../api/permissions";
import { EmptyState } from "../../components/feedback/EmptyState";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { FaceFrame } from "../../components/faces/FaceFrame";
import { PageHeader } from "../../components/PageHeader";
import { SearchField } from "../../components/fields/SearchField";
import { customerName } from "../../components/visitorName";
import { NAME_LENGTH, NO_FILTERS } from "./customerFilters";
import { ConflictPanel, PreviewLine, useMergePreview } from "./MergePreview";
import { PairSide } from "./PairSide";
import { usePlaces } from "./places";
import { useCustomer, useCustomerPages } from "./queries";
import { t } from "./texts";
import { useDecisions } from "./useDecisions";

const FOUND = 12;

/** Merges a customer with another one whom somebody picks; both are looked at first. */
export function MergeWithPage() {
  const { customerId = "" } = useParams();
  const [params, setParams] = useSearchParams();
  const customer = useCustomer(customerId);
  const otherId = params.get("with") ?? "";
  const other = useCustomer(otherId, otherId !== "");
  const error = customer.error ?? (otherId === "" ? null : other.error);
  const failure = error ? toAppError(error) : undefined;
  const choose = (chosen: string) => {
    setParams(chosen === "" ? {} : { with: chosen });
  };
  return (
    <div className="space-y-5">
      <Link to={`/customers/${customerId}`} className="inline-flex items-center gap-2 text-quiet no-underline hover:text-ink">
        <ArrowLeftOutlined aria-hidden="true" />
        {customer.data ? customerName(customer.data) : t("customer.all")}
      </Link>
      <PageHeader
        title={customer.data ? t("with.title", { name: customerName(customer.data) }) : t("merges.title")}
        note={otherId === "" ? t("with.pick") : t("with.look")}
      />
      {failure && <ErrorAlert {...failure} onRetry={() => void customer.refetch()} />}
      {customer.isPending && <PageSkeleton />}
      {customer.data && otherId === "" && <Search customer={customer.data} onChoose={choose} />}
      {customer.data && other.data && (
        <Pair
          key={other.data.customerId}
          one={customer.data}
          other={other.data}
          onBack={() => {
            choose("");
          }}
        />
      )}
    </div>
  );
}

function Search({ customer, onChoose }: { customer: Customer; onChoose: (customerId: string) => void }) {
  const [name, setName] = useState("");
  const found = useCustomerPages({ ...NO_FILTERS, name });
  const failure = found.error ? toAppError(found.error) : undefined;
  const others = (found.data?.pages[0]?.customers ?? []).filter((each) => each.customerId !== customer.customerId).slice(0, FOUND);
  return (
    <div className="space-y-4">
      <SearchField label={t("filter.name")} maxLength={NAME_LENGTH} value={name} onChange={setName} />
      {failure && <ErrorAlert {...failure} onRetry={() => void found.refetch()} />}
      {found.isPending && <PageSkeleton />}
      {found.isSuccess && others.length === 0 && (
        <EmptyState icon={<SearchOutlined />} title={t("list.noMatch")} hint={t("list.noMatchHint")} />
      )}
      <ul className="m-0 grid list-none grid-cols-2 gap-3 p-0 sm:grid-cols-4 xl:grid-cols-6">
        {others.map((each) => (
          <li key={each.customerId}>
            <Choice
              customer={each}
              onChoose={() => {
                onChoose(each.customerId);
              }}
            />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Choice({ customer, onChoose }: { customer: Customer; onChoose: () => void }) {
  const face = useFace(customer.imageId);
  return (
    <button
      type="button"
      className="block w-full cursor-pointer rounded-2xl border border-line bg-surface p-2 text-left text-ink hover:border-brand"
      onClick={onChoose}
    >
      <FaceFrame status={face.status} url={face.url} alt="" className="rounded-xl" />
      <span className="mt-1.5 block truncate font-medium">{customerName(customer)}</span>
      <span className="block text-xs text-quiet">{t("list.visitCount", { count: customer.visitCount })}</span>
    </button>
  );
}

function Pair({ one, other, onBack }: { one: Customer; other: Customer; onBack: () => void }) {
  const navigate = useNavigate();
  const places = usePlaces();
  const decisions = useDecisions();
  const manages = can(useSession(), "customers.manage");
  const [swapped, setSwapped] = useState(false);
  const [failure, setFailure] = useState<AppError>();
  const [stays, goes] = swapped ? [other, one] : [one, other];
  const preview = useMergePreview(stays.customerId, [goes.customerId], manages);
  const conflicts = preview.data?.conflicts ?? [];
  const refused = preview.error ? toAppError(preview.error) : undefined;
  const merge = async (forceReason: string) => {
    setFailure(undefined);
    try {
      await decisions.merge({ customerId: stays.customerId, sourceIds: [goes.customerId], forceReason });
      await navigate(`/customers/${stays.customerId}`);
    } catch (error) {
      setFailure(toAppError(error));
    }
  };
  return (
    <div className="space-y-4">
      <div className="grid grid-cols-2 items-start gap-3 sm:gap-4">
        <PairSide customer={one} stays={!swapped} places={places} />
        <PairSide customer={other} stays={swapped} places={places} />
      </div>
      {preview.data && <PreviewLine preview={preview.data} />}
      {refused && <ErrorAlert {...refused} />}
      {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} />}
      {conflicts.length > 0 && <ConflictPanel conflicts={conflicts} places={places} busy={decisions.busy} onForce={(reason) => void merge(reason)} />}
      <div className="flex flex-wrap gap-2">
        {manages && (
          <>
            <Button
              type="primary"
              className="h-auto! min-h-9.5 max-w-full whitespace-normal!"
              disabled={conflicts.length > 0 || !preview.data}
              loading={decisions.busy}
              onClick={() => void merge("")}
            >
              {t("inbox.mergeInto", { count: goes.visitCount, from: customerName(goes), into: customerName(stays) })}
            </Button>
            <Button
              disabled={decisions.busy}
              onClick={() => {
                setSwapped(!swapped);
              }}
            >
              {t("inbox.swap")}
            </Button>
          </>
        )}
        <Button onClick={onBack}>{t("with.other")}</Button>
      </div>
    </div>
  );
}
