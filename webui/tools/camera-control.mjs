// Calls CameraControlService as the console does: with its generated stub, over gRPC-Web.
//
//     node tools/camera-control.mjs URL sendCommand '{"cameraId": "...", ...}' [METHOD REQUEST]...
//
// The access token comes in FOOTFALL_ACCESS_TOKEN. Each call is answered by a line of JSON: what was answered, of
// a stream the first thing, or the code and the message of a failure.
/* global AbortController */
import { fromJson, toJson } from "@bufbuild/protobuf";
import { ConnectError, Code, createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";

import { openSources } from "./sources.mjs";

const [, , baseUrl, ...calls] = process.argv;

const sources = await openSources();
try {
  const { CameraControlService } = await sources.load("/src/api/gen/footfall/v1/camera_control_service_pb.ts");
  const authorize = (next) => (call) => {
    call.header.set("authorization", `Bearer ${process.env.FOOTFALL_ACCESS_TOKEN}`);
    return next(call);
  };
  const client = createClient(CameraControlService, createGrpcWebTransport({ baseUrl, interceptors: [authorize] }));
  const answer = async (method, message, { methodKind, output }) => {
    if (methodKind !== "server_streaming") return toJson(output, await client[method](message));
    const watching = new AbortController();
    try {
      const answers = client[method](message, { signal: watching.signal })[Symbol.asyncIterator]();
      return toJson(output, (await answers.next()).value);
    } finally {
      watching.abort();
    }
  };
  for (let place = 0; place < calls.length; place += 2) {
    const [method, request] = calls.slice(place, place + 2);
    const described = CameraControlService.method[method];
    try {
      const message = fromJson(described.input, JSON.parse(request));
      console.log(JSON.stringify(await answer(method, message, described)));
    } catch (error) {
      const failed = ConnectError.from(error);
      console.log(JSON.stringify({ code: Code[failed.code], message: failed.rawMessage }));
    }
  }
} finally {
  await sources.close();
}
