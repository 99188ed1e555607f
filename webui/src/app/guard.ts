import { redirect } from "react-router";

import type { Backend } from "../api/backend";
import { can } from "../api/permissions";
import type { SessionData } from "../api/session";

/** Leads to the first page that somebody may see. */
const HOME = "/";

export function homeOf(who: SessionData | undefined): string {
  return can(who, "visits.read") ? "/live" : "/tenants";
}

/** Where to go after signing in: only a path of this console, never another host. */
export function safeReturnPath(next: string | null): string {
  if (next?.startsWith("/") !== true || next.startsWith("//") || next.includes("\\")) return HOME;
  return next;
}

/**
 * Sends whoever is not signed in to the sign-in page, which brings them back. After a reload it waits until
 * it is known whether the session goes on.
 */
export async function requireSession({ session, keeper }: Pick<Backend, "session" | "keeper">, request: Request): Promise<null> {
  await keeper.resume();
  if (session.current()) return null;
  const { pathname, search } = new URL(request.url);
  const target = pathname + search;
  throw redirect(target === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(target)}`);
}
