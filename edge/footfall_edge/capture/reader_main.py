"""What runs in a camera's own process."""

import os
import queue
import signal
import threading
from typing import TYPE_CHECKING

from footfall_edge.camera_health import CameraFault
from footfall_edge.camera_source import CameraSource
from footfall_edge.capture.errors import CaptureError
from footfall_edge.capture.frame_memory import FrameWriter
from footfall_edge.capture.messages import FromReader, Play, PlayEnded, PlayFailed, Release, SetRate
from footfall_edge.capture.opencv import configure_opencv, open_video
from footfall_edge.capture.pacing import FramePacer
from footfall_edge.capture.player import Player

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


def read_camera(connection: "Connection[FromReader, object]", source: CameraSource) -> None:
    """Play the source whenever told to, until the worker hangs up."""
    # Ctrl-C in a terminal goes to every process in it; the worker ends its readers itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    configure_opencv()
    pacer = FramePacer(frames_per_second=1.0)
    writer = FrameWriter(connection.send)
    plays: queue.SimpleQueue[Play] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(connection, pacer, writer, plays), daemon=True).start()
    player = Player(source=source, open_video=open_video, pacer=pacer, frames=writer, send=connection.send)
    while True:
        pacer.set_rate(plays.get().frames_per_second)
        connection.send(_play(player))


def _play(player: Player) -> FromReader:
    try:
        player.play()
    except CaptureError as error:
        return PlayFailed(error.fault, error.detail)
    except OSError:
        # The worker is gone, or this machine has no more of something: a fresh process is the cure.
        os._exit(1)
    except Exception as error:  # noqa: BLE001 (whatever a decoder makes of a broken stream)
        # Only the kind of it: its text may hold the address.
        return PlayFailed(CameraFault.CODEC, f"reading broke down ({type(error).__name__})")
    return PlayEnded()


def _listen(
    connection: "Connection[FromReader, object]",
    pacer: FramePacer,
    writer: FrameWriter,
    plays: "queue.SimpleQueue[Play]",
) -> None:
    """Take the worker's messages, also while the camera's driver hangs; end with the worker."""
    while True:
        try:
            message = connection.recv()
        except (EOFError, OSError):
            os._exit(0)
        match message:
            case Play():
                plays.put(message)
            case SetRate(frames_per_second):
                pacer.set_rate(frames_per_second)
            case Release():
                writer.release(message)
