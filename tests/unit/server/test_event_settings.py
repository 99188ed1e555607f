"""What the core is told of webhooks and the broker, and what it does not put up with."""

from pathlib import Path

import pytest
from footfall_server.mqtt_broker import MqttBroker
from footfall_server.settings import BadSettingsError, MqttSettings, ServerSettings, read_settings

NEEDED = {
    "POSTGRES__DSN": "postgresql://footfall_app:x@127.0.0.1/footfall",
    "MILVUS__URI": "http://127.0.0.1:19530",
    "S3__ENDPOINT": "127.0.0.1:9000",
    "S3__ACCESS_KEY": "a",
    "S3__SECRET_KEY": "b",
    "AUTH__KEYS_DIR": "keys",
}


def settings(monkeypatch: pytest.MonkeyPatch, **told: str) -> ServerSettings:
    for name, value in {**NEEDED, **told}.items():
        monkeypatch.setenv(f"FOOTFALL_SERVER_{name}", value)
    return read_settings(ServerSettings)


def test_without_a_word_nothing_goes_to_private_networks_or_to_a_broker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = settings(monkeypatch)
    assert not found.webhooks.allow_private
    assert found.mqtt is None


@pytest.mark.parametrize(
    "url", ["mqtt://127.0.0.1", "mqtt://localhost:1884", "mqtt://[::1]:1883", "mqtts://broker.example:8883/"]
)
def test_brokers_on_loopback_or_by_tls(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    found = settings(monkeypatch, MQTT__URL=url, MQTT__PASSWORD="geheim").mqtt
    assert found is not None
    assert found.is_tls == url.startswith("mqtts")
    assert "geheim" not in repr(found)


@pytest.mark.parametrize(
    "url",
    [
        "mqtt://broker.example",
        "mqtt://10.0.0.1:1883",
        "http://127.0.0.1",
        "mqtts://user:geheim@broker.example",
        "mqtts://broker.example:0",
        "mqtts://broker.example:70000",
        "mqtts://",
    ],
)
def test_brokers_that_are_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    with pytest.raises(BadSettingsError) as told:
        settings(monkeypatch, MQTT__URL=url)
    assert "FOOTFALL_SERVER_MQTT__URL" in str(told.value)
    assert "geheim" not in str(told.value)


def test_plain_mqtt_elsewhere_is_a_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings(monkeypatch, MQTT__URL="mqtt://10.0.0.1", MQTT__INSECURE_BEYOND_LOOPBACK="true").mqtt
    assert found is not None


def test_authorities_that_cannot_be_read_stop_the_start(tmp_path: Path) -> None:
    for content in (None, "no certificate"):
        file = tmp_path / "ca.pem"
        if content is not None:
            file.write_text(content)
        with pytest.raises(BadSettingsError, match="MQTT__CA_FILE"):
            MqttBroker(MqttSettings(url="mqtts://broker.example", ca_file=file))


@pytest.mark.parametrize("prefix", ["", "/x", "x/", "a//b", "a/#", "a/+/b", "$SYS"])
def test_a_topic_prefix_is_plain(monkeypatch: pytest.MonkeyPatch, prefix: str) -> None:
    with pytest.raises(BadSettingsError, match="TOPIC_PREFIX"):
        settings(monkeypatch, MQTT__URL="mqtt://127.0.0.1", MQTT__TOPIC_PREFIX=prefix)
