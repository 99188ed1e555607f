import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

import { createConnectRouter } from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";

import type { FakeCore } from "./core";

const DIST = join(import.meta.dirname, "../../dist");
const TYPES = new Map([
  [".css", "text/css"],
  [".js", "text/javascript"],
  [".svg", "image/svg+xml"],
]);
const NONCE = "test-nonce";
const CSP = [
  "default-src 'self'",
  "script-src 'self'",
  `style-src 'self' 'nonce-${NONCE}'`,
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "object-src 'none'",
].join("; ");

/** The built console and a fake core on one port, as the gateway has the real ones. */
export async function serveFake(core: Pick<FakeCore, "register">): Promise<{ url: string; close: () => Promise<void> }> {
  const router = createConnectRouter();
  core.register(router);
  const handlers = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));
  const server = createServer((request, response) => {
    const { pathname: path, searchParams } = new URL(request.url ?? "/", "http://fake");
    if (path === "/fake-provider") {
      provider(searchParams, response);
      return;
    }
    const handler = handlers.get(path);
    void (handler ? call(handler, request, response) : file(path, response)).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => close(server) };
}

/** Somebody else's sign-in page: sends the browser back, as the person there chooses. */
function provider(asked: URLSearchParams, response: ServerResponse): void {
  const state = asked.get("state") ?? "";
  const link = (text: string, answer: Record<string, string>) =>
    `<p><a href="${asked.get("back") ?? ""}?${new URLSearchParams({ ...answer, state }).toString()}">${text}</a></p>`;
  response
    .writeHead(200, { "content-type": "text/html; charset=utf-8" })
    .end(
      `<!doctype html><title>Northwind Login</title>${link("Allow", { code: `code-of-${state}` })}${link("Deny", { error: "access_denied", error_description: "said the provider" })}`,
    );
}

async function call(handler: UniversalHandler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => {
    gone.abort();
  });
  const answer = await handler({
    httpVersion: "1.1",
    url: `http://fake${request.url ?? "/"}`,
    method: request.method ?? "POST",
    header: new Headers(Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)])),
    body: request as AsyncIterable<Uint8Array>,
    signal: gone.signal,
  });
  response.writeHead(answer.status, Object.fromEntries(answer.header ?? []));
  response.flushHeaders();
  if (answer.body) for await (const chunk of answer.body) response.write(chunk);
  response.end();
}

async function file(path: string, response: ServerResponse): Promise<void> {
  const type = TYPES.get(extname(path));
  if (type) {
    response.writeHead(200, { "content-type": type }).end(await readFile(join(DIST, path)));
    return;
  }
  const page = await readFile(join(DIST, "index.html"), "utf8");
  response
    .writeHead(200, { "content-type": "text/html; charset=utf-8", "content-security-policy": CSP })
    .end(page.replaceAll("__CSP_NONCE__", NONCE));
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}
