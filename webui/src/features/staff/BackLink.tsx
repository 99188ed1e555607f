import { ArrowLeftOutlined } from "@ant-design/icons";
import { Link } from "react-router";

/** The way back to the page that a page belongs to. */
export function BackLink({ to, children }: { to: string; children: string }) {
  return (
    <Link to={to} className="inline-flex items-center gap-2 text-quiet no-underline hover:text-ink">
      <ArrowLeftOutlined aria-hidden="true" />
      {children}
    </Link>
  );
}
