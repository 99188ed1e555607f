"""The console's live stream through a real gateway with HTTP/2: cut, asleep, and in many tabs at once."""

import asyncio
import contextlib
import os
import signal
from pathlib import Path

import pytest
from console_gateway import console_gateway, told_over_http

WEBUI = Path(__file__).parents[2] / "webui"
BROWSER_S = 600
"""All five on a machine that has much else to do; a tenth of it on a quiet one."""


@pytest.mark.timeout(BROWSER_S + 60)
async def test_the_stream_outlives_its_gateway_and_leaves_room_for_more_tabs(tmp_path: Path) -> None:
    async with console_gateway(tmp_path) as gateway:
        with told_over_http(gateway.deeds) as deeds_url:
            browser = await asyncio.create_subprocess_exec(
                "npm",
                "run",
                "--silent",
                "e2e:gateway",
                cwd=WEBUI,
                env={
                    **os.environ,
                    "GATEWAY_URL": gateway.url,
                    "DEMO_EMAIL": gateway.person.email,
                    "DEMO_PASSWORD": gateway.person.password,
                    "DEEDS_URL": deeds_url,
                    "CI": "true",
                },
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                output, _ = await asyncio.wait_for(browser.communicate(), BROWSER_S)
            finally:
                # npm, node and the browser: whoever of them is still there.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(browser.pid, signal.SIGKILL)
    assert browser.returncode == 0, output.decode()[-8000:]
