"""A real core over fakes of its stores, with TLS and a certificate authority: a process for gateway tests.

usage: certified_core.py FOLDER PORT. FOLDER has keys/, authority/, core-tls/ and gateway-tls/; it gets
chain.json with the ids of the tenant and the site that the core knows.
"""

import asyncio
import json
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from argon2 import PasswordHasher
from fakes.running_clock import RunningClock
from fakes.shop import Shop
from footfall_server.auth.authority import load_authorities
from footfall_server.auth.keys import load_keys
from footfall_server.auth.passwords import Passwords
from footfall_server.rpc.server_tls import ServerTls


async def serve(folder: Path, port: int) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    shop = Shop(
        keys=load_keys(folder / "keys"),
        passwords=Passwords(hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)),
        clock=RunningClock(),
        authorities=load_authorities(folder / "authority"),
    )
    tls = ServerTls(
        certificate=folder / "core-tls" / "tls.crt",
        private_key=folder / "core-tls" / "tls.key",
        client_ca=folder / "gateway-tls" / "tls.crt",
    )
    chain = {"tenant_id": str(shop.own.tenant.tenant_id), "site_id": str(shop.own.site.site_id)}
    (folder / "chain.json").write_text(json.dumps(chain))
    async with shop.core().serving(f"127.0.0.1:{port}", tls):
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
