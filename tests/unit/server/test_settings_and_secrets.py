"""Settings, logging, keys and API keys: what an operator gets wrong, and what is never told."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from footfall_server.auth.api_keys import hash_secret, new_api_key, parse_api_key, secret_matches
from footfall_server.auth.keys import BadKeysError, generate_key, load_keys
from footfall_server.domain.source_url import BadSourceUrlError, checked_source_url, masked, with_kept_secrets
from footfall_server.settings import BadSettingsError, ServerSettings, TlsSettings, read_settings
from footfall_server.storage.index_settings import MilvusIndexSettings
from footfall_server.telemetry import REDACTED, configure_logging, redact
from footfall_vision.model_cards import MODEL_CARDS, ModelCard
from hypothesis import given
from hypothesis import strategies as st

GOOD = {
    "POSTGRES__DSN": "postgresql://app:geheim@127.0.0.1/footfall",
    "MILVUS__URI": "http://127.0.0.1:19530",
    "S3__ENDPOINT": "127.0.0.1:8333",
    "S3__ACCESS_KEY": "zugang",
    "S3__SECRET_KEY": "geheimer",
    "AUTH__KEYS_DIR": "keys",
}


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in os.environ:
        if name.startswith("FOOTFALL_"):
            monkeypatch.delenv(name)
    for name, value in GOOD.items():
        monkeypatch.setenv(f"FOOTFALL_SERVER_{name}", value)
    return monkeypatch


def test_settings_come_from_the_environment(settings: pytest.MonkeyPatch) -> None:
    settings.setenv("FOOTFALL_SERVER_AUTH__WORKER_TOKEN_TTL", "900")
    settings.setenv("FOOTFALL_SERVER_AUTH__PERSON_TOKEN_TTL", "PT5M")
    settings.setenv("FOOTFALL_SERVER_POSTGRES__OWNER_DSN", "for another command")
    read = read_settings(ServerSettings)
    assert read.auth.worker_token_ttl == timedelta(minutes=15)
    assert read.auth.person_token_ttl == timedelta(minutes=5)
    assert read.recognition.target_rate == 0.001
    assert "geheim" not in repr(read)


@pytest.mark.parametrize(
    "card", [card for card in MODEL_CARDS.values() if card.dimension], ids=lambda card: card.model_id
)
def test_what_is_not_told_of_a_model_is_as_registered(settings: pytest.MonkeyPatch, card: ModelCard) -> None:
    settings.setenv("FOOTFALL_SERVER_RECOGNITION__MODEL_ID", card.model_id)
    read = read_settings(ServerSettings).recognition
    assert (read.dimension, read.impostor_tail) == (card.dimension, card.impostor_tail)
    settings.setenv("FOOTFALL_SERVER_RECOGNITION__IMPOSTOR_TAIL", "[[0.2, 0.01], [0.5, 0.00001]]")
    settings.setenv("FOOTFALL_SERVER_RECOGNITION__TARGET_RATE", "0.01")
    told = read_settings(ServerSettings).recognition
    assert (told.impostor_tail, told.target_rate) == (((0.2, 0.01), (0.5, 0.00001)), 0.01)


@pytest.mark.parametrize(
    "tail", ["[]", "[[0.2, 0.01]]", "[[0.2, 0.01], [0.5, 0.02]]", "[[0.2, 0], [0.5, 1]]"]
)
def test_a_tail_that_does_not_fall_is_refused(settings: pytest.MonkeyPatch, tail: str) -> None:
    settings.setenv("FOOTFALL_SERVER_RECOGNITION__IMPOSTOR_TAIL", tail)
    with pytest.raises(BadSettingsError, match="RECOGNITION__IMPOSTOR_TAIL"):
        read_settings(ServerSettings)


def test_of_a_model_that_is_not_registered_all_must_be_told(settings: pytest.MonkeyPatch) -> None:
    settings.setenv("FOOTFALL_SERVER_RECOGNITION__MODEL_ID", "own-model")
    with pytest.raises(BadSettingsError, match="RECOGNITION__DIMENSION"):
        read_settings(ServerSettings)
    settings.setenv("FOOTFALL_SERVER_RECOGNITION__DIMENSION", "256")
    settings.setenv("FOOTFALL_SERVER_RECOGNITION__IMPOSTOR_TAIL", "[[0.2, 0.01], [0.5, 0.00001]]")
    assert read_settings(ServerSettings).recognition.dimension == 256


@pytest.mark.usefixtures("settings")
def test_tokens_are_short_and_sessions_long() -> None:
    auth = read_settings(ServerSettings).auth
    assert (auth.person_token_ttl, auth.worker_token_ttl) == (timedelta(minutes=10), timedelta(minutes=15))
    assert (auth.session_idle_ttl, auth.session_ttl) == (timedelta(hours=12), timedelta(days=30))
    assert auth.refresh_grace == timedelta(seconds=10)
    assert auth.secure_cookies


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("LISTEN", "127.0.0.1"),
        ("LISTEN", "127.0.0.1:70000"),
        ("POSTGRES__POOL_SIZE", "0"),
        ("MILVUS__INDEX_TYPE", "BEST"),
        ("MILVUS__TENANCY", "none"),
        ("MILVUS__BUILD", "nlist"),
        ("MILVUS__BUILD", "[64]"),
        ("MILVUS__BUILD", '{"M": 16}'),
        ("MILVUS__SEARCH", '{"nprobe": 0}'),
        ("MILVUS__SEARCH", '{"nprobe": 1.5}'),
        ("MILVUS__SEARCH", '{"nprobe": true}'),
        ("MILVUS__TIMEOUT", "0"),
        ("S3__ENDPOINT", "http://127.0.0.1:8333"),
        ("AUTH__WORKER_TOKEN_TTL", "soon"),
        ("AUTH__WORKER_TOKEN_TTL", "3601"),
        ("AUTH__PERSON_TOKEN_TTL", "PT2H"),
        ("AUTH__REFRESH_GRACE", "3600"),
        ("AUTH__CERTIFICATE_TTL", "1"),
        ("AUTH__JOIN_TOKEN_TTL", "P31D"),
        ("LISTEN", "0.0.0.0:50051"),
        ("LISTEN", "[::]:50051"),
        ("LISTEN", "core.footfall.svc:50051"),
        ("INSECURE_LISTEN_BEYOND_LOOPBACK", "perhaps"),
        ("RECOGNITION__MATCH_TRESHOLD", "0.4"),
        ("RECOGNITION__MATCH_THRESHOLD", "1.5"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_a_bad_setting_is_named_and_not_quoted(
    settings: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    settings.setenv(f"FOOTFALL_SERVER_{variable}", value)
    with pytest.raises(BadSettingsError, match=f"FOOTFALL_SERVER_{variable}: ") as raised:
        read_settings(ServerSettings)
    assert "\n" not in str(raised.value)
    assert "geheim" not in str(raised.value)


def test_the_face_index_is_told_as_it_is_set(settings: pytest.MonkeyPatch) -> None:
    read = read_settings(ServerSettings).milvus
    assert (read.tenancy, read.index_type, read.timeout) == ("partition", "IVF_FLAT", timedelta(seconds=5))
    settings.setenv("FOOTFALL_SERVER_MILVUS__INDEX_TYPE", "HNSW")
    settings.setenv("FOOTFALL_SERVER_MILVUS__BUILD", '{"M": 32}')
    settings.setenv("FOOTFALL_SERVER_MILVUS__SEARCH", '{"ef": 64}')
    settings.setenv("FOOTFALL_SERVER_MILVUS__TENANCY", "partition_key")
    settings.setenv("FOOTFALL_SERVER_MILVUS__TIMEOUT", "2.5")
    settings.setenv("FOOTFALL_SERVER_MILVUS__TOKEN", "root:geheim")
    read = read_settings(ServerSettings).milvus
    assert "geheim" not in repr(read)
    index = MilvusIndexSettings(index_type=read.index_type, build=read.build, search=read.search)
    assert index.build_parameters() == {"M": 32, "efConstruction": 200}
    assert index.search_parameters("HNSW") == {"ef": 64}
    assert index.search_parameters("IVF_FLAT").keys() == {"nprobe"}, "not as another type is searched"
    assert (read.tenancy, read.timeout) == ("partition_key", timedelta(seconds=2.5))


def test_an_index_takes_no_parameters_of_another_kind() -> None:
    with pytest.raises(ValueError, match="FLAT takes no parameters for its search"):
        MilvusIndexSettings(search={"nprobe": 8})


def test_missing_settings_are_named_to_the_last_part(settings: pytest.MonkeyPatch) -> None:
    for name in ("S3__ENDPOINT", "S3__ACCESS_KEY", "S3__SECRET_KEY"):
        settings.delenv(f"FOOTFALL_SERVER_{name}")
    with pytest.raises(BadSettingsError) as raised:
        read_settings(ServerSettings)
    for name in ("S3__ENDPOINT", "S3__ACCESS_KEY", "S3__SECRET_KEY"):
        assert f"FOOTFALL_SERVER_{name}: " in str(raised.value)


def test_secrets_are_redacted_at_any_depth() -> None:
    event = redact(None, "info", {"event": "x", "Email": "a@b.c", "of": [{"token": "t", "bytes": b"abc"}]})
    assert event == {"event": "x", "Email": REDACTED, "of": [{"token": REDACTED, "bytes": "[3 bytes]"}]}


def test_log_lines_are_json_without_local_variables(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(log_format="json", log_level="INFO")
    try:
        secret = "geheim"
        try:
            _ = {}[len(secret)]
        except KeyError:
            structlog.get_logger().exception("failed", password=secret)
        line = json.loads(capsys.readouterr().err)
    finally:
        structlog.reset_defaults()
    assert (line["event"], line["password"]) == ("failed", REDACTED)
    assert "geheim" not in json.dumps(line)


def test_generated_keys_are_private_and_the_newest_signs(tmp_path: Path) -> None:
    older = generate_key(tmp_path, at=datetime(2026, 1, 1, tzinfo=UTC))
    newer = generate_key(tmp_path, at=datetime(2026, 1, 2, tzinfo=UTC))
    assert older.stat().st_mode & 0o777 == 0o600
    ring = load_keys(tmp_path)
    assert ring.newest.kid == newer.stem
    assert [key.kid for key in ring.jwks()] == [newer.stem, older.stem]


def test_bad_keys_stop_the_start(tmp_path: Path) -> None:
    with pytest.raises(BadKeysError, match="not a folder"):
        load_keys(tmp_path / "nowhere")
    with pytest.raises(BadKeysError, match="no signing key"):
        load_keys(tmp_path)
    file = generate_key(tmp_path, at=datetime(2026, 1, 1, tzinfo=UTC))
    file.chmod(0o644)
    with pytest.raises(BadKeysError, match="chmod 600"):
        load_keys(tmp_path)
    file.chmod(0o600)
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - what is refused
    file.write_bytes(
        weak.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    with pytest.raises(BadKeysError, match="1024 bits are too few"):
        load_keys(tmp_path)
    file.write_text("nonsense")
    with pytest.raises(BadKeysError, match="PEM"):
        load_keys(tmp_path)


def test_an_api_key_is_known_by_its_hash() -> None:
    made = new_api_key()
    parts = parse_api_key(made.text)
    assert parts == made
    assert secret_matches(made.secret, hash_secret(made.secret))
    assert not secret_matches(new_api_key().secret, hash_secret(made.secret))
    assert made.secret not in repr(made)


@given(st.text(max_size=100))
def test_what_is_no_api_key_is_none(text: str) -> None:
    assert parse_api_key(text) is None


@given(
    st.text("abcXYZ019-._~!$&'()+,;=:%@", min_size=1, max_size=20).filter(lambda text: text != "***"),
    st.sampled_from(["rtsp", "rtsps"]),
)
def test_a_password_in_a_url_is_never_shown_and_always_kept(password: str, scheme: str) -> None:
    stored = f"{scheme}://viewer:{password}@camera.example:554/live?channel=1"
    shown = masked(stored)
    assert shown == f"{scheme}://viewer:***@camera.example:554/live?channel=1"
    assert with_kept_secrets(shown, stored) == stored


def test_urls_that_no_worker_can_read_are_refused() -> None:
    for url in ("rtsp://:554/live", "rtsp://host:port/live", "rtsp://u:pa/ss@host/live", "rtsp://host:0/x"):
        with pytest.raises(BadSourceUrlError):
            checked_source_url(url)


@pytest.mark.parametrize("listen", ["127.0.0.1:1", "[::1]:1", "localhost:1"])
def test_on_loopback_the_core_needs_no_tls(settings: pytest.MonkeyPatch, listen: str) -> None:
    settings.setenv("FOOTFALL_SERVER_LISTEN", listen)
    assert read_settings(ServerSettings).listen == listen


def test_beyond_loopback_the_core_needs_tls_or_an_operator_who_knows(settings: pytest.MonkeyPatch) -> None:
    settings.setenv("FOOTFALL_SERVER_LISTEN", "0.0.0.0:50051")
    with pytest.raises(BadSettingsError, match=r"TLS__CERTIFICATE.*INSECURE_LISTEN_BEYOND_LOOPBACK"):
        read_settings(ServerSettings)
    settings.setenv("FOOTFALL_SERVER_INSECURE_LISTEN_BEYOND_LOOPBACK", "true")
    assert read_settings(ServerSettings).tls is None
    settings.delenv("FOOTFALL_SERVER_INSECURE_LISTEN_BEYOND_LOOPBACK")
    settings.setenv("FOOTFALL_SERVER_TLS__CERTIFICATE", "tls.crt")
    with pytest.raises(BadSettingsError, match=r"TLS__PRIVATE_KEY: Field required$"):
        read_settings(ServerSettings)
    settings.setenv("FOOTFALL_SERVER_TLS__PRIVATE_KEY", "tls.key")
    assert read_settings(ServerSettings).tls == TlsSettings(
        certificate=Path("tls.crt"), private_key=Path("tls.key")
    )


@pytest.mark.usefixtures("settings")
def test_certificates_are_an_option_and_binding_is_not() -> None:
    read = read_settings(ServerSettings).auth
    assert read.authority_dir is None
    assert read.require_bound_certificates
    assert (read.certificate_ttl, read.join_token_ttl) == (timedelta(days=30), timedelta(hours=24))
