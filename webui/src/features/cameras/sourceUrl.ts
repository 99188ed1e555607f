/** A camera's source in parts, so that its password is written and never read. */
export interface SourceParts {
  /** Without user and password. */
  readonly address: string;
  readonly user: string;
  /** Whether the server keeps a password for it, which it shows as "***". */
  readonly hasPassword: boolean;
}

const KEPT = "***";
const RTSP = /^(rtsps?:\/\/)(?:([^/?#@]*)@)?(.*)$/;
const SOURCE = /^(rtsps?:\/\/[^\s/]+.*|usb:[0-9]{1,3}|file:.+|synthetic:([0-9]{2,4}x[0-9]{2,4})?(@[0-9]{1,2})?)$/;

export function splitSource(url: string): SourceParts {
  const parts = RTSP.exec(url);
  if (!parts) return { address: url, user: "", hasPassword: false };
  const [, scheme = "", credentials, rest = ""] = parts;
  if (credentials === undefined) return { address: url, user: "", hasPassword: false };
  const [user = "", password] = credentials.split(":", 2);
  return { address: scheme + rest, user: decoded(user), hasPassword: password !== undefined };
}

/** The source again. `password` is what was typed; undefined keeps the stored one. */
export function joinSource(address: string, user: string, password: string | undefined, hasPassword: boolean): string {
  const parts = RTSP.exec(address.trim());
  if (!parts) return address.trim();
  const [, scheme = "", , rest = ""] = parts;
  const secret = password === undefined ? (hasPassword ? KEPT : undefined) : password === "" ? undefined : encodeURIComponent(password);
  if (user === "" && secret === undefined) return scheme + rest;
  return `${scheme}${encodeURIComponent(user)}${secret === undefined ? "" : `:${secret}`}@${rest}`;
}

/** Whether it is a source that workers read. */
export function isSource(url: string): boolean {
  return SOURCE.test(url);
}

export function takesPassword(address: string): boolean {
  return RTSP.test(address.trim());
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
