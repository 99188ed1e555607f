import { createClient } from "@connectrpc/connect";
import { useEffect, useMemo, useSyncExternalStore } from "react";

import { useBackend } from "../../../api/backend";
import { StaffImportService } from "../../../api/gen/footfall/v1/staff_import_service_pb";
import { useStaffChanged } from "../useStaffChanged";
import { ImportRun, type RunState } from "./importRun";
import { useImportsChanged } from "./useImportsChanged";
import { useWake } from "./useWake";

/** The run of an import on this page; it ends with it. Whatever was made is read anew wherever it is shown. */
export function useImportRun(importId: string): [RunState, ImportRun] {
  const { transport, keeper } = useBackend();
  const staffChanged = useStaffChanged();
  const importsChanged = useImportsChanged();
  const run = useMemo(
    () => new ImportRun(importId, { client: createClient(StaffImportService, transport), renew: (refused) => keeper.renew(refused) }),
    [importId, transport, keeper],
  );
  useEffect(() => {
    let before = run.state();
    const unsubscribe = run.subscribe(() => {
      const { phase } = run.state();
      const ended = phase !== before.phase && phase !== "running";
      const made = ended && before.mode === "import" && before.items.length > 0;
      before = run.state();
      if (ended) void importsChanged();
      if (made) void staffChanged();
    });
    return () => {
      run.stop();
      unsubscribe();
    };
  }, [run, importsChanged, staffChanged]);
  useWake(run);
  return [useSyncExternalStore(run.subscribe, run.state), run];
}
