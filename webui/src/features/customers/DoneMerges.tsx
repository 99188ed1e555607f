import { MergeOutlined } from "@ant-design/icons";
import { useInfiniteQuery } from "@connectrpc/connect-query";
import { Button } from "antd";
import { Link } from "react-router";

import { toAppError } from "../../api/errors";
import { CustomerService, type Merge } from "../../api/gen/footfall/v1/customer_service_pb";
import { useFace, useSession } from "../../api/hooks";
import { nextPage } from "../../api/longList";
import { can } from "../../api/permissions";
import { EmptyState } from "../../components/feedback/EmptyState";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { FaceFrame } from "../../components/faces/FaceFrame";
import { customerName } from "../../components/visitorName";
import { MergeRow } from "./MergeRow";
import { useCustomer } from "./queries";
import { t } from "./texts";

/** Every merge, the newest first, with the way back. */
export function DoneMerges() {
  const manages = can(useSession(), "customers.manage");
  const merges = useInfiniteQuery(
    CustomerService.method.listMerges,
    { pageSize: 50, pageToken: "" },
    { pageParamKey: "pageToken", getNextPageParam: nextPage },
  );
  const failure = merges.error ? toAppError(merges.error) : undefined;
  const rows = merges.data?.pages.flatMap((page) => page.merges) ?? [];
  return (
    <div className="space-y-4">
      {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={() => void merges.refetch()} />}
      {merges.isPending && !failure && <PageSkeleton />}
      {merges.isSuccess && rows.length === 0 && (
        <EmptyState icon={<MergeOutlined />} title={t("done.empty")} hint={t("done.emptyHint")} />
      )}
      <ul className="m-0 list-none space-y-2 p-0">
        {rows.map((merge) => (
          <li key={merge.mergeId} className="flex gap-4 rounded-2xl border border-line bg-surface p-3">
            <Who merge={merge} />
            <div className="min-w-0 flex-1">
              <MergeRow merge={merge} manages={manages} />
            </div>
          </li>
        ))}
      </ul>
      {merges.hasNextPage && (
        <Button loading={merges.isFetchingNextPage} onClick={() => void merges.fetchNextPage()}>
          {t("done.older")}
        </Button>
      )}
    </div>
  );
}

function Who({ merge }: { merge: Merge }) {
  const customer = useCustomer(merge.customerId);
  const face = useFace(customer.data?.imageId ?? "");
  return (
    <Link to={`/customers/${merge.customerId}`} className="w-24 shrink-0 text-ink no-underline hover:text-brand">
      <FaceFrame status={face.status} url={face.url} alt="" className="w-16 rounded-xl" />
      <span className="mt-1 block truncate font-medium">{customer.data ? customerName(customer.data) : t("done.gone")}</span>
    </Link>
  );
}
