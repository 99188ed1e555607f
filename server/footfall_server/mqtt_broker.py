"""A broker of messages that speaks MQTT 3.1.1, by aiomqtt."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import aiomqtt

from footfall_server.ports import BrokerAwayError, BrokerLink
from footfall_server.settings import PREFIX, BadSettingsError, MqttSettings

AT_LEAST_ONCE: Final = 1
UNCONFIRMED: Final = 10
"""How many messages are on their way at once; the others of a lot wait in their order."""
_DEFAULT_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}


class MqttBroker:
    """EventBroker. Each connection is a new session of its own: what it missed is in the log of changes."""

    def __init__(self, settings: MqttSettings, *, patience: timedelta = timedelta(seconds=10)) -> None:
        """patience: how long the broker has to answer, and to confirm a message.

        Raises BadSettingsError for authorities that cannot be read.
        """
        self._settings = settings
        self._patience = patience.total_seconds()
        self._tls = _tls(settings.ca_file) if settings.is_tls else None

    @property
    def topic_prefix(self) -> str:
        """See EventBroker.topic_prefix."""
        return self._settings.topic_prefix

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[BrokerLink]:
        """See EventBroker.connected."""
        parts = urlsplit(self._settings.url)
        password = self._settings.password.get_secret_value()
        client = aiomqtt.Client(
            hostname=parts.hostname or "",
            port=parts.port or _DEFAULT_PORTS[parts.scheme],
            username=self._settings.username or None,
            password=password or None,
            tls_context=self._tls,
            timeout=self._patience,
            clean_session=True,
            max_concurrent_outgoing_calls=UNCONFIRMED,
        )
        try:
            async with client:
                yield _MqttLink(client, self._patience)
        except (aiomqtt.MqttError, OSError, TimeoutError):
            raise BrokerAwayError from None


def _tls(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError):
        fault = "the file holds no certificates that can be read"
        raise BadSettingsError(f"bad settings: {PREFIX}MQTT__CA_FILE: {fault}") from None


class _MqttLink:
    """BrokerLink."""

    def __init__(self, client: aiomqtt.Client, patience: float) -> None:
        self._client = client
        self._patience = patience

    async def publish(self, topic: str, payload: bytes) -> None:
        """See BrokerLink.publish."""
        try:
            async with asyncio.timeout(self._patience):
                await self._client.publish(topic, payload, qos=AT_LEAST_ONCE)
        except (aiomqtt.MqttError, OSError, TimeoutError, ValueError):
            raise BrokerAwayError from None
