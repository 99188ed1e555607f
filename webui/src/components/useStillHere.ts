import { useContext } from "react";
import { UNSAFE_DataRouterContext as DataRouterContext, useLocation } from "react-router";

/**
 * Whether the page is still the one that is open, asked of the router itself: that somebody is on the way to another
 * page is drawn as a transition, so a busy page draws it late, and what hooks say until then is of before the click.
 */
export function useStillHere(): () => boolean {
  const router = useContext(DataRouterContext)?.router;
  const { key } = useLocation();
  return () => router === undefined || (router.state.navigation.state === "idle" && router.state.location.key === key);
}
