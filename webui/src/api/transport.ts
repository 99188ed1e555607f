import { Code, ConnectError, type Interceptor, type Transport } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";

import { AuthService } from "./gen/footfall/v1/auth_service_pb";
import type { Session } from "./session";

/** A unary call that takes longer has failed. Streams set their own limit. */
const UNARY_TIMEOUT_MS = 15_000;

/** Sends the session's token, and ends the session when the server no longer takes it. */
export function authorize(session: Session): Interceptor {
  return (next) => async (request) => {
    if (request.method === AuthService.method.issueToken) return next(request);
    const sent = session.current()?.accessToken;
    if (sent !== undefined) request.header.set("authorization", `Bearer ${sent}`);
    try {
      return await next(request);
    } catch (error) {
      // An answer to an older token says nothing about the session that began since.
      if (ConnectError.from(error).code === Code.Unauthenticated && session.current()?.accessToken === sent) {
        session.end("expired");
      }
      throw error;
    }
  };
}

/** gRPC-Web to the gateway that served the console: same origin, so no CORS. */
export function createTransport(session: Session): Transport {
  return createGrpcWebTransport({
    baseUrl: window.location.origin,
    interceptors: [authorize(session)],
    defaultTimeoutMs: UNARY_TIMEOUT_MS,
  });
}
