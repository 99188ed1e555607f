"""Asks an RTSP camera why there are no pictures.

OpenCV says only that it failed. The answers here are what an installer needs: name, address, password, path
or codec. Texts hold neither address nor password.
"""

from footfall_edge.camera_health import CameraFault
from footfall_edge.capture.errors import CaptureError
from footfall_edge.capture.rtsp_answer import DECODABLE, Answer, offered_video, video_control
from footfall_edge.capture.rtsp_conversation import RtspConversation

PROBE_TIMEOUT_S = 4.0
"""For the connection and its answers."""
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 401, 403, 404
_RTP_CHANNEL = 0
_TRANSPORT = "RTP/AVP/TCP;unicast;interleaved=0-1"


def probe(url: str, *, timeout_s: float = PROBE_TIMEOUT_S) -> None:
    """Return when the camera describes a stream that can be decoded. Raises CaptureError else.

    Blocks for timeout_s, and 2 s for its name, at most.
    """
    with RtspConversation(url, timeout_s=timeout_s) as conversation:
        _describe(conversation)


def why_no_picture(url: str, *, timeout_s: float = PROBE_TIMEOUT_S) -> CaptureError:
    """Why a camera of which nothing could be decoded gives no picture: asks for some of its stream.

    Blocks as probe() does.
    """
    try:
        with RtspConversation(url, timeout_s=timeout_s) as conversation:
            answer = _describe(conversation)
            base = next(iter([*answer.all_of("content-base"), *answer.all_of("content-location")]), "")
            control = _control_of(base or conversation.uri, video_control(answer.body))
            chosen = _agreed(conversation.ask("SETUP", control, {"Transport": _TRANSPORT}))
            session = next(iter(chosen.all_of("session")), "").partition(";")[0]
            _agreed(conversation.ask("PLAY", base or conversation.uri, {"Session": session}))
            conversation.wait_for_media(_RTP_CHANNEL)
    except CaptureError as error:
        return error
    return CaptureError(CameraFault.CODEC, "the camera's video cannot be decoded")


def _describe(conversation: RtspConversation) -> Answer:
    answer = _agreed(conversation.ask("DESCRIBE", conversation.uri, {"Accept": "application/sdp"}))
    if answer.status >= 300:  # noqa: PLR2004 (it leads elsewhere, and who reads the stream follows)
        return answer
    codecs = offered_video(answer.body)
    if not codecs:
        raise CaptureError(CameraFault.CODEC, "there is no video in the camera's stream")
    if DECODABLE.isdisjoint(codecs):
        raise CaptureError(CameraFault.CODEC, f"the camera's codec {codecs[0]} cannot be decoded")
    return answer


def _agreed(answer: Answer) -> Answer:
    """The answer, unless it is an error."""
    status = answer.status
    if status in {_UNAUTHORIZED, _FORBIDDEN}:
        raise CaptureError(CameraFault.AUTH, "the camera refuses the user name or the password")
    if status == _NOT_FOUND:
        raise CaptureError(CameraFault.NOT_FOUND, "the camera has no stream at this path (404)")
    if status >= 400:  # noqa: PLR2004 (RFC 2326: errors begin here)
        raise CaptureError(CameraFault.REFUSED, f"the camera answers with error {status}")
    return answer


def _control_of(base: str, control: str) -> str:
    """RFC 2326, appendix C.1.1: relative to the base, and "*" is the base itself."""
    if control in {"", "*"}:
        return base
    return control if "://" in control else f"{base.rstrip('/')}/{control}"
