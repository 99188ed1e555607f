/** Why there is no picture of the camera. */
export type CameraFault = "denied" | "none" | "busy" | "insecure" | "failed";

export class CameraError extends Error {
  constructor(readonly fault: CameraFault) {
    super(`no camera: ${fault}`);
  }
}

const FAULTS: Readonly<Partial<Record<string, CameraFault>>> = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "none",
  OverconstrainedError: "none",
  NotReadableError: "busy",
  AbortError: "busy",
};

/**
 * Opens a camera of this device; "" is the one that looks at who holds it.
 *
 * @throws CameraError
 */
export async function openCamera(deviceId: string): Promise<MediaStream> {
  // Browsers give cameras only to pages that came over TLS or from this machine.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices) throw new CameraError("insecure");
  try {
    return await devices.getUserMedia({
      audio: false,
      video: {
        width: { ideal: 1280 },
        height: { ideal: 720 },
        ...(deviceId === "" ? { facingMode: "user" } : { deviceId: { exact: deviceId } }),
      },
    });
  } catch (error) {
    throw new CameraError((error instanceof DOMException ? FAULTS[error.name] : undefined) ?? "failed");
  }
}

export function closeCamera(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** The cameras of this device. They have names only once one of them was allowed. */
export async function listCameras(): Promise<readonly { readonly deviceId: string; readonly label: string }[]> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter(({ kind, deviceId }) => kind === "videoinput" && deviceId !== "");
}
