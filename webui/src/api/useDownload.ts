import { useState } from "react";

import { type AppError, toAppError } from "./errors";
import type { HttpBody } from "./gen/google/api/httpbody_pb";
import { saveFile } from "./saveFile";

interface Download {
  readonly busy: boolean;
  readonly failure: AppError | undefined;
  /** Reads the file to its end, then hands it to the browser under that name. */
  readonly start: (name: string, pieces: AsyncIterable<HttpBody>) => Promise<void>;
}

/** What the core streams, as a file of the browser's. Every download is audited by the core. */
export function useDownload(): Download {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<AppError>();
  const start = async (name: string, pieces: AsyncIterable<HttpBody>) => {
    setBusy(true);
    setFailure(undefined);
    try {
      const read: Uint8Array<ArrayBuffer>[] = [];
      let type = "";
      for await (const { contentType, data } of pieces) {
        type = contentType;
        read.push(new Uint8Array(data));
      }
      saveFile(new Blob(read, { type }), name);
    } catch (error) {
      setFailure(toAppError(error));
    } finally {
      setBusy(false);
    }
  };
  return { busy, failure, start };
}
