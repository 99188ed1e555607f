"""A camera that gives no pictures is asked why, and its answers are told apart."""

import contextlib
import hashlib
import re
import socket
import threading
from collections.abc import Callable, Iterator
from urllib.request import parse_http_list, parse_keqv_list

import pytest
from footfall_edge.camera_health import CameraFault
from footfall_edge.capture import rtsp_conversation
from footfall_edge.capture.errors import CaptureError
from footfall_edge.capture.rtsp_answer import BadAnswerError, offered_video, parse_answer, video_control
from footfall_edge.capture.rtsp_credentials import Credentials
from footfall_edge.capture.rtsp_probe import probe, why_no_picture
from hypothesis import given
from hypothesis import strategies as st

SDP = "v=0\r\nm=audio 0 RTP/AVP 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
Answers = Callable[[str], bytes | None]
"""From a request to the answer; None hangs up, and b"" says nothing."""


def answer(status: str, body: str = "", *headers: str) -> bytes:
    lines = [f"RTSP/1.0 {status}", *headers, f"Content-Length: {len(body)}", "", body]
    return "\r\n".join(lines).encode()


class Camera:
    """An RTSP port that gives scripted answers."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.requests: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def url(self, user: str = "") -> str:
        return f"rtsp://{user}127.0.0.1:{self.port}/live?channel=1"

    def close(self) -> None:
        self._done.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                with connection, contextlib.suppress(OSError):
                    self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        while received := connection.recv(65536):
            self.requests.append(received.decode())
            said = self.answers(self.requests[-1])
            if said is None:
                return
            if not said:
                self._done.wait(5)
            connection.sendall(said)


@contextlib.contextmanager
def camera(answers: Answers) -> Iterator[Camera]:
    one = Camera(answers)
    try:
        yield one
    finally:
        one.close()


def fault(url: str, **options: float) -> CaptureError:
    with pytest.raises(CaptureError) as caught:
        probe(url, **options)
    assert "hunter2" not in str(caught.value)
    return caught.value


def test_a_camera_that_describes_its_video_is_well() -> None:
    with camera(lambda _: answer("200 OK", SDP)) as one:
        probe(one.url())
    assert one.requests[0].startswith(f"DESCRIBE rtsp://127.0.0.1:{one.port}/live?channel=1 RTSP/1.0\r\n")


@pytest.mark.parametrize(
    ("said", "expected", "words"),
    [
        (answer("404 Not Found"), CameraFault.NOT_FOUND, "path"),
        (answer("503 Service Unavailable"), CameraFault.REFUSED, "503"),
        (answer("403 Forbidden"), CameraFault.AUTH, "password"),
        (answer("200 OK", "v=0\r\nm=audio 0 RTP/AVP 0\r\n"), CameraFault.CODEC, "no video"),
        (answer("200 OK", SDP.replace("H264", "X-OWN")), CameraFault.CODEC, "X-OWN"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", CameraFault.REFUSED, "no RTSP camera"),
        (None, CameraFault.EOF, "closes"),
    ],
)
def test_each_answer_has_its_cause(said: bytes | None, expected: CameraFault, words: str) -> None:
    with camera(lambda _: said) as one:
        error = fault(one.url("u:hunter2@"))
    assert error.fault is expected
    assert words in error.detail


def test_a_camera_that_takes_the_connection_and_is_silent_has_stalled() -> None:
    with camera(lambda _: b"") as one:
        assert fault(one.url(), timeout_s=0.2).fault is CameraFault.STALL


def test_nobody_at_the_port_is_a_refusal() -> None:
    with camera(lambda _: None) as one:
        url = one.url()
    assert fault(url).fault is CameraFault.REFUSED


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OSError(113, "No route to host"), CameraFault.UNREACHABLE),
        (TimeoutError(), CameraFault.UNREACHABLE),
        (ConnectionResetError(), CameraFault.EOF),
    ],
)
def test_an_address_without_a_connection(
    error: OSError, expected: CameraFault, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_self: socket.socket, _address: object) -> None:
        raise error

    monkeypatch.setattr(socket.socket, "connect", fail)
    assert fault("rtsp://192.0.2.1/live").fault is expected


def test_a_name_that_cannot_be_resolved(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert fault("rtsp://u:hunter2@camera.example/live").fault is CameraFault.DNS


def test_a_resolver_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()

    def slow(*_: object, **__: object) -> list[object]:
        answered.wait(5)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    monkeypatch.setattr(rtsp_conversation, "_RESOLVE_TIMEOUT_S", 0.05)
    assert fault("rtsp://camera.example/live").fault is CameraFault.DNS
    answered.set()


def test_a_port_that_is_none_is_told() -> None:
    assert fault("rtsp://camera.example:99999/live").fault is CameraFault.UNREACHABLE


def playing_camera(after_play: bytes | None) -> Answers:
    """A camera that describes, sets up and plays a stream, and then sends this."""

    def answers(request: str) -> bytes | None:
        method, uri, _ = request.split(" ", 2)
        if method == "DESCRIBE":
            control = "a=control:rtsp://elsewhere/a\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
            return answer("200 OK", f"m=audio 0 RTP/AVP 0\r\n{control}a=control:track7\r\n")
        if method == "SETUP":
            assert uri.endswith("/live?channel=1/track7")
            assert "interleaved=0-1" in request
            return answer("200 OK", "", "Session: 12;timeout=60")
        assert method == "PLAY"
        assert "Session: 12\r\n" in request
        return None if after_play is None else answer("200 OK") + after_play

    return answers


@pytest.mark.parametrize(
    ("after_play", "expected"),
    [
        (b"$\x00\x00\x04\x80\x60\x00\x01", CameraFault.CODEC),
        (b"$\x01\x00\x02by$\x00\x00\x04\x80", CameraFault.CODEC),
        (b"$\x01\x00\x02by", CameraFault.STALL),
        (b"", CameraFault.STALL),
        (None, CameraFault.EOF),
    ],
)
def test_a_stream_of_which_nothing_can_be_decoded_is_looked_at(
    after_play: bytes | None, expected: CameraFault
) -> None:
    with camera(playing_camera(after_play)) as one:
        assert why_no_picture(one.url(), timeout_s=0.5).fault is expected


def test_why_there_is_no_picture_may_be_told_before_it_plays() -> None:
    with camera(lambda _: answer("404 Not Found")) as one:
        assert why_no_picture(one.url()).fault is CameraFault.NOT_FOUND


@given(st.text(max_size=200))
def test_garbage_of_a_description_names_no_second_line_of_a_request(text: str) -> None:
    assert "\n" not in video_control(text)
    assert "\r" not in video_control("v=0\r\nm=video 0 RTP/AVP 96\r\na=control:" + text)


def digest_camera(password: str, *, qop: str, algorithm: str) -> Answers:
    """A camera that checks Digest as RFC 7616 says."""
    make = hashlib.sha256 if algorithm == "SHA-256" else hashlib.md5

    def digest(*parts: str) -> str:
        return make(":".join(parts).encode()).hexdigest()

    challenge = f'WWW-Authenticate: Digest realm="cam, 1", nonce="abc"{qop}, algorithm={algorithm}'

    def answers(request: str) -> bytes:
        found = re.search(r"Authorization: Digest (.*)\r\n", request)
        if found is not None:
            said = parse_keqv_list(parse_http_list(found[1]))
            method, uri, _ = request.split(" ", 2)
            who = digest(said["username"], said["realm"], password)
            between = [said["nc"], said["cnonce"], said["qop"]] if "qop" in said else []
            if said["uri"] == uri and said["response"] == digest(
                who, said["nonce"], *between, digest(method, uri)
            ):
                return answer("200 OK", SDP)
        return answer("401 Unauthorized", "", 'WWW-Authenticate: Basic realm="cam"', challenge)

    return answers


@pytest.mark.parametrize("qop", ["", ', qop="auth,auth-int"'])
@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_digest_proves_the_password_without_showing_it(qop: str, algorithm: str) -> None:
    with camera(digest_camera("hunter2@home", qop=qop, algorithm=algorithm)) as one:
        probe(one.url("admin:hunter2%40home@"))
        assert fault(one.url("admin:other@")).fault is CameraFault.AUTH
    assert not any("hunter2" in request for request in one.requests)
    assert len(one.requests) == 4, "a password is tried once per probe"


def test_without_a_password_none_is_sent() -> None:
    with camera(digest_camera("x", qop="", algorithm="MD5")) as one:
        assert fault(one.url()).fault is CameraFault.AUTH
    assert len(one.requests) == 1


def test_basic_is_the_last_resort() -> None:
    asks = ['Basic realm="x"']
    assert Credentials("u", "p").answer(asks, method="DESCRIBE", uri="rtsp://x") == "Basic dTpw"
    asks.append('Digest realm="x", nonce="n"')
    digest = Credentials("u", "p").answer(asks, method="DESCRIBE", uri="rtsp://x")
    assert digest is not None
    assert digest.startswith("Digest ")
    assert Credentials("u", "p").answer(["Negotiate"], method="DESCRIBE", uri="rtsp://x") is None


def test_credentials_do_not_show_in_a_traceback() -> None:
    assert "hunter2" not in repr(Credentials("u", "hunter2"))


@given(st.text(max_size=60), st.integers(1, 200))
def test_an_answer_is_whole_only_when_all_of_it_is_there(body: str, cut: int) -> None:
    whole = b"RTSP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body.encode()), body.encode())
    parsed = parse_answer(whole)
    assert parsed is not None
    assert parsed.body == body
    part = whole[:-cut] if cut < len(whole) else b""
    assert parse_answer(part) is None


@given(st.binary(max_size=300))
def test_garbage_is_no_answer_and_breaks_nothing(data: bytes) -> None:
    with contextlib.suppress(BadAnswerError):
        parse_answer(data + b"\r\n\r\n")


@given(st.text(max_size=300))
def test_garbage_of_a_description_names_no_codec_that_could_break_a_log(text: str) -> None:
    for codec in offered_video("m=video 0 RTP/AVP 96\n" + text):
        assert re.fullmatch(r"[A-Z0-9.+_?-]{1,24}", codec)


def test_the_codec_is_that_of_the_video() -> None:
    assert offered_video(SDP) == ["H264"]
    assert offered_video("m=video 0 RTP/AVP 26\r\n") == ["JPEG"]
    assert offered_video("m=video 0 RTP/AVP 97\r\na=rtpmap:96 H264/90000\r\n") == ["?"]
    assert offered_video("m=video\r\nm=audio 0 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n") == ["?"]
