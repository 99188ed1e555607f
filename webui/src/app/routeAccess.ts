import type { UIMatch } from "react-router";

import type { Access, Permission } from "../api/permissions";

interface Handle {
  readonly permission: Permission;
}

/** The handle of a route that not everybody who is signed in may see. */
export function needs(permission: Permission): Handle {
  return { permission };
}

/** Whether every route on the way to the page may be seen. */
export function mayShow(matches: readonly UIMatch[], access: Access): boolean {
  return matches.every(({ handle }) => !isHandle(handle) || access.can(handle.permission));
}

function isHandle(handle: unknown): handle is Handle {
  return typeof handle === "object" && handle !== null && "permission" in handle;
}
