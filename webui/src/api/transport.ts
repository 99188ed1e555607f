import { Code, ConnectError, createContextKey, type Interceptor, type Transport } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";

import { toAppError } from "./errors";
import { AuthService } from "./gen/footfall/v1/auth_service_pb";
import { ErrorReason } from "./gen/footfall/v1/error_reason_pb";
import type { Keeper } from "./keeper";
import type { Session } from "./session";

/** A unary call that takes longer has failed. Streams set their own limit. */
const UNARY_TIMEOUT_MS = 15_000;

/** What is called by people who are not signed in. */
const OPEN = new Set<unknown>([
  AuthService.method.issueToken,
  AuthService.method.setPassword,
  AuthService.method.listIdentityProviders,
  AuthService.method.startOidcLogin,
  AuthService.method.getJwks,
]);

/** Where a caller finds the token that its call was sent with. */
export const SENT_TOKEN = createContextKey("", { description: "the access token of the call" });

/**
 * Sends the session's token. A call whose token the server refuses is repeated once with the next one; a
 * stream is not, since only its reader knows where to go on. Who was signed in when the call was made is
 * who makes it: it is never sent for an account that came after.
 */
export function authorize(session: Session, keeper: Keeper): Interceptor {
  return (next) => async (request) => {
    if (OPEN.has(request.method)) return next(request);
    const epoch = session.epoch();
    const send = (token: string | undefined) => {
      if (token === undefined || session.epoch() !== epoch) {
        throw new ConnectError("the session of this call is over", Code.Unauthenticated);
      }
      request.contextValues.set(SENT_TOKEN, token);
      request.header.set("authorization", `Bearer ${token}`);
      return next(request);
    };
    const first = await keeper.freshToken();
    try {
      return await send(first);
    } catch (error) {
      if (request.stream || first === undefined || !refusesToken(error)) throw error;
      const second = await keeper.renew(first);
      if (second === undefined) throw error;
      try {
        return await send(second);
      } catch (again) {
        // A token of this moment is refused: there is no use in another one.
        if (refusesToken(again) && session.token() === second) keeper.finish("expired");
        throw again;
      }
    }
  };
}

/** Whether the server does not take the token. A wrong password that a signed-in person typed is something else. */
function refusesToken(error: unknown): boolean {
  const { code, reason } = toAppError(error);
  return code === Code.Unauthenticated && reason !== ErrorReason.BAD_CREDENTIALS;
}

/** gRPC-Web to the gateway that served the console: same origin, so no CORS, and its cookie goes along. */
export function createTransport(interceptors: Interceptor[]): Transport {
  return createGrpcWebTransport({
    baseUrl: window.location.origin,
    interceptors,
    defaultTimeoutMs: UNARY_TIMEOUT_MS,
    fetch: (input, init) => fetch(input, { ...init, credentials: "same-origin" }),
  });
}
