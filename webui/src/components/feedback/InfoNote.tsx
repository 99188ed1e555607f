import { InfoCircleOutlined } from "@ant-design/icons";
import type { ReactNode } from "react";

/** Something to know that is no failure: quiet, and not read out at once. */
export function InfoNote({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div role="note" className="flex items-start gap-3 rounded-xl border border-line bg-surface px-4 py-3">
      <InfoCircleOutlined className="mt-1 text-brand!" aria-hidden="true" />
      <div className="min-w-0 flex-1 space-y-1">
        <p className="font-medium">{title}</p>
        {children}
      </div>
    </div>
  );
}
