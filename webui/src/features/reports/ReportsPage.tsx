import { BarChartOutlined } from "@ant-design/icons";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { useQuery } from "@connectrpc/connect-query";
import { keepPreviousData } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { Link } from "react-router";

import { toAppError } from "../../api/errors";
import {
  DayOfWeek,
  Distribution,
  type DistributionSlice,
  type GetVisitorsResponse,
  ReportService,
  type VisitorCounts,
} from "../../api/gen/footfall/v1/report_service_pb";
import type { Site } from "../../api/gen/footfall/v1/site_service_pb";
import { useCameras, useSites } from "../../api/hooks";
import { EmptyState } from "../../components/feedback/EmptyState";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { PageHeader } from "../../components/PageHeader";
import { useAddress } from "../../components/useAddress";
import { day } from "../../time/format";
import { useNow } from "../../time/useNow";
import { weekdayName } from "../../api/weekdays";
import { businessDate, knownZone, localZone } from "../../time/zoned";
import { DwellCard } from "./charts/DwellCard";
import { OccupancyCard } from "./charts/OccupancyCard";
import { ShareChart, type SharePart } from "./charts/ShareChart";
import { GAP_BELOW, TimeChart } from "./charts/TimeChart";
import { WeekdayChart } from "./charts/WeekdayChart";
import { DownloadMenu } from "./DownloadMenu";
import { type ReportFilters, readFilters, siteIdsOf, stepOf, toRequest, writeFilters } from "./filters";
import { count, percent, periodLabel, rate } from "./labels";
import { NumberTiles } from "./NumberTiles";
import { PastChanges } from "./PastChanges";
import { compared } from "./period";
import { ReportFilterBar } from "./ReportFilterBar";
import { t } from "./texts";
import { useReportDownload } from "./useReportDownload";

const MINUTE_MS = 60_000;

export function ReportsPage() {
  const sites = useSites();
  const now = useNow(MINUTE_MS);
  const all = sites.data ?? [];
  const todayOf = (site: string) => todayAt(all, site, now);
  const [filters, change] = useAddress((params) => readFilters(params, todayOf(params.get("site") ?? "")), writeFilters);
  const today = todayOf(filters.site);
  const { from, to } = filters.period;
  const ready = from <= to && !sites.isPending;
  const kept = { placeholderData: keepPreviousData, enabled: ready };
  const visitors = useQuery(ReportService.method.getVisitors, toRequest(filters), kept);
  const asked = { siteIds: siteIdsOf(filters), startDate: from, endDate: to };
  const weekdays = useQuery(ReportService.method.getDistribution, { ...asked, distribution: Distribution.DAY_OF_WEEK }, kept);
  const genders = useQuery(ReportService.method.getDistribution, { ...asked, distribution: Distribution.GENDER }, kept);
  const kinds = useQuery(ReportService.method.getDistribution, { ...asked, distribution: Distribution.NEW_VS_REPEAT }, kept);
  const download = useReportDownload();
  const [showsChanges, setShowsChanges] = useState(false);
  const openChanges = () => {
    setShowsChanges(true);
  };
  const closeChanges = () => {
    setShowsChanges(false);
  };
  const refresh = () => {
    for (const query of [visitors, weekdays, genders, kinds]) void query.refetch();
  };
  const failed = [visitors, weekdays, genders, kinds].find(({ error }) => error !== null)?.error;
  const failure = failed ? toAppError(failed) : download.failure;
  const report = visitors.data?.report;
  const total = report?.total;
  const zones = (visitors.data?.timeZones ?? []).map((zone) => zone.replaceAll("_", " "));
  const period = periodLabel(filters.period);
  const note =
    zones.length === 0
      ? period
      : zones.length === 1
        ? t("onTheClock", { period, zone: zones[0] ?? "" })
        : t("onTheirClocks", { period, zones: zones.join(", ") });

  return (
    <div className="space-y-5">
      <PageHeader title={t("title")} note={note}>
        <DownloadMenu
          disabled={!ready}
          busy={download.busy}
          severalSites={filters.site === "" && all.length > 1}
          onChoose={(choice) => void download.start(filters, choice)}
        />
        <Button onClick={refresh} loading={visitors.isFetching && !visitors.isPending}>
          {t("refresh")}
        </Button>
      </PageHeader>
      <ReportFilterBar
        filters={filters}
        sites={all}
        today={today}
        onChange={change}
      />
      {from > to && <ErrorAlert title={t("backwards")} hint={t("backwardsHint")} />}
      {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={refresh} />}
      {from <= to && visitors.isPending && !failure && <PageSkeleton />}
      {from <= to && visitors.data && report && total && (
        <div aria-busy={visitors.isPlaceholderData} className={`space-y-5 transition-opacity ${visitors.isPlaceholderData ? "opacity-60" : ""}`}>
          <NumberTiles total={total} before={visitors.data.compared?.total} />
          <HowCounted answer={visitors.data} total={total} byWeek={stepOf(filters) === "week"} onChanges={openChanges} />
          {isEmpty(total) ? (
            <NothingSeen filters={filters} total={total} today={today} />
          ) : (
            <>
              <TimeChart
                report={report}
                beside={visitors.data.compared}
                besidePeriod={compared(filters.period, filters.compare)}
                step={stepOf(filters)}
              />
              <div className="grid grid-cols-1 gap-5 lg:grid-cols-2">
                {weekdays.data && <WeekdayChart slices={weekdays.data.slices} weekStart={visitors.data.weekStart} />}
                <div className="min-w-0 space-y-5">
                  {kinds.data && <ShareChart title={t("kinds")} note={t("kindsNote")} parts={kindParts(kinds.data.slices)} />}
                  {genders.data && isEstimated(genders.data.slices) && (
                    <ShareChart title={t("gender")} note={t("genderNote")} parts={genderParts(genders.data.slices)} />
                  )}
                </div>
              </div>
              <div className="grid grid-cols-1 gap-5 lg:grid-cols-2">
                <DwellCard filters={filters} />
                <OccupancyCard siteId={siteToShow(filters, all)} period={filters.period} today={today} />
              </div>
            </>
          )}
        </div>
      )}
      {showsChanges && <PastChanges filters={filters} sites={all} onClose={closeChanges} />}
    </div>
  );
}

/** What the numbers mean, one line of which is always there: how much of the time was seen at all. */
function HowCounted(props: { answer: GetVisitorsResponse; total: VisitorCounts; byWeek: boolean; onChanges: () => void }) {
  const { answer, total, byWeek, onChanges } = props;
  const { coverage } = total;
  return (
    <div className="space-y-1 text-[13px] text-quiet">
      {coverage !== undefined && (
        <p data-testid="coverage">
          {t("coverage", { share: percent(coverage) })}
          {coverage < 1 && ` ${t("coverageLow", { share: percent(GAP_BELOW) })}`}
        </p>
      )}
      {byWeek && answer.weekStart !== DayOfWeek.UNSPECIFIED && (
        <p data-testid="week-start">{t("weeksBegin", { day: weekdayName(answer.weekStart) })}</p>
      )}
      <p data-testid="accuracy">{accuracyText(answer)}</p>
      <details>
        <summary className="w-fit cursor-pointer rounded hover:text-ink">{t("howCounted")}</summary>
        <ul className="mt-1 max-w-3xl list-disc space-y-1 pl-5">
          <li>{t("noSum")}</li>
          <li>{t("newMeans")}</li>
          <li>{t("followKnown")}</li>
        </ul>
      </details>
      <Button type="link" size="small" className="!px-0" onClick={onChanges}>
        {t("pastChanges")}
      </Button>
    </div>
  );
}

/** Where the ranges come from, or why there are none. */
function accuracyText({ accuracy, report }: GetVisitorsResponse): string {
  if (!accuracy) return t("notMeasured");
  if (report?.total?.uniqueVisitorsLow === undefined) return t("measuredTooLittle", { people: count(accuracy.people) });
  return t("measured", {
    day: accuracy.measureTime ? day(timestampMs(accuracy.measureTime), localZone()) : "–",
    people: count(accuracy.people),
    split: rate(accuracy.splitRate),
    merge: rate(accuracy.mergeRate),
  });
}

/** The site whose floor is looked at: the chosen one, or the only one; "" where there are several. */
function siteToShow({ site }: ReportFilters, sites: readonly Site[]): string {
  return site !== "" ? site : sites.length === 1 ? (sites[0]?.siteId ?? "") : "";
}

/** Why there is nothing to draw, and what to do about it. */
function NothingSeen(props: { filters: ReportFilters; total: VisitorCounts; today: string }) {
  const { filters, total, today } = props;
  const cameras = useCameras();
  const here = cameras.data?.filter(({ siteId }) => filters.site === "" || siteId === filters.site);
  const icon = <BarChartOutlined />;
  if (filters.period.from > today) return <EmptyState icon={icon} title={t("notYet")} hint={t("notYetHint")} />;
  if (here?.length === 0) {
    return (
      <EmptyState icon={icon} title={t("noCamera")} hint={t("noCameraHint")}>
        <Link to="/sites">{t("toSites")}</Link>
      </EmptyState>
    );
  }
  if (total.coverage === 0) return <EmptyState icon={icon} title={t("notRead")} hint={t("notReadHint")} />;
  return <EmptyState icon={icon} title={t("nobody")} hint={t("nobodyHint")} />;
}

/** The business day that it is at the site; at all sites, on their clock where they share one, else on ours. */
function todayAt(sites: readonly Site[], siteId: string, now: number): string {
  const chosen = siteId === "" ? sites : sites.filter((site) => site.siteId === siteId);
  const [first] = chosen;
  const shared = first !== undefined && chosen.every(({ timeZone }) => timeZone === first.timeZone);
  return businessDate(now, shared ? knownZone(first.timeZone) : localZone(), Number(first?.businessDayStart?.seconds ?? 0n));
}

function isEmpty(total: VisitorCounts): boolean {
  return total.visits === 0n && total.staffSightings === 0n && total.unidentifiableSightings === 0n;
}

function isEstimated(slices: readonly DistributionSlice[]): boolean {
  return slices.some(({ key, visits }) => key !== "not_estimated" && visits > 0n);
}

function kindParts(slices: readonly DistributionSlice[]): SharePart[] {
  const labels: Readonly<Record<string, string>> = { new: t("fresh"), repeat: t("repeat") };
  return slices.map((slice) => partOf(slice, labels));
}

function genderParts(slices: readonly DistributionSlice[]): SharePart[] {
  const labels: Readonly<Record<string, string>> = {
    female: t("female"),
    male: t("male"),
    unknown: t("unknown"),
    not_estimated: t("notEstimated"),
  };
  return slices.map((slice) => partOf(slice, labels));
}

function partOf({ key, visits, uniqueVisitors }: DistributionSlice, labels: Readonly<Record<string, string>>): SharePart {
  return { key, label: labels[key] ?? key, visits, visitors: uniqueVisitors };
}
