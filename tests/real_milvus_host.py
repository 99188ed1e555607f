"""Runs PyPI's `milvus` where nobody but a port on our loopback reaches it.

    python tests/real_milvus_host.py --port N --data DIR --programs DIR [--set KEY=VALUE ...]
    python tests/real_milvus_host.py --probe        whether that is possible here: 0, or 1 and why

Milvus listens on every interface. So this process opens its port, moves into a network namespace of its own
(which takes Linux, and root or user namespaces), starts Milvus there and carries bytes between the two: a
socket stays in the namespace that it was made in. SIGTERM ends it; it ends by itself when Milvus does.
"""

import argparse
import asyncio
import ctypes
import fcntl
import os
import signal
import socket
import struct
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

LOOPBACK = "127.0.0.1"
CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET = 0x00020000, 0x10000000, 0x40000000  # linux/sched.h
MS_REC, MS_PRIVATE = 0x4000, 0x40000  # linux/mount.h
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1  # linux/sockios.h, linux/if.h
IFREQ = struct.Struct("16sh22x")  # struct ifreq with its flags
CHUNK = 1 << 16
LITTER = Path("/tmp/milvus")  # noqa: S108 - where every Milvus leaves a file


def enter_namespace() -> None:
    """Moves this process into a fresh network with nothing but loopback, and an empty /run.

    There Milvus keeps a lock, so of several on a machine only one would start. Raises OSError where this
    process may not do so.
    """
    user, group = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)

    def must(result: int) -> None:
        if result != 0:
            number = ctypes.get_errno()
            raise OSError(number, f"no network namespace of its own: {os.strerror(number)}")

    must(libc.unshare(CLONE_NEWNET | CLONE_NEWNS | (CLONE_NEWUSER if user else 0)))
    if user:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    must(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None))
    must(libc.mount(b"tmpfs", b"/run", b"tmpfs", 0, None))
    with socket.socket() as any_socket:
        _, flags = IFREQ.unpack(fcntl.ioctl(any_socket, SIOCGIFFLAGS, IFREQ.pack(b"lo", 0)))
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, IFREQ.pack(b"lo", flags | IFF_UP))


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One process at a time unpacks programs there."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def start_milvus(data: Path, programs: Path, settings: Sequence[str]) -> Any:
    """Returns the MilvusServer before it serves. Keep it: it ends its process when it is collected.

    `settings` are of milvus.yaml, as path.of.key=value.
    """
    from milvus import MilvusServer, MilvusServerConfig  # noqa: PLC0415 - a probe does without

    if not (data / "bin").is_symlink():
        (data / "bin").symlink_to(programs.resolve())
    server = MilvusServer(MilvusServerConfig(), wait_for_started=False)
    server.set_base_dir(str(data))
    for setting in settings:
        server.config.set(*setting.split("=", 1))
    with alone(programs):
        server.start()
    return server


async def carry(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Until one of the two ends."""
    with suppress(OSError):
        while chunk := await source.read(CHUNK):
            target.write(chunk)
            await target.drain()
    target.close()


async def serve(listener: socket.socket, milvus: Any) -> None:
    """Carries bytes for as long as Milvus lives."""

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner_reader, inner_writer = await asyncio.open_connection(LOOPBACK, milvus.listen_port)
        except OSError:  # it does not listen yet
            writer.close()
            return
        await asyncio.gather(carry(reader, inner_writer), carry(inner_reader, writer))

    await asyncio.start_server(connect, sock=listener)
    # It kills what has not ended after a second: nobody opens the data again.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, milvus.stop)
    await asyncio.to_thread(milvus.server_proc.wait)


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--probe", action="store_true")
    parser.add_argument("--port", type=int)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--programs", type=Path)
    parser.add_argument("--set", nargs="*", default=[], metavar="KEY=VALUE")
    options = parser.parse_args()
    if options.probe:
        try:
            enter_namespace()
        except OSError as error:
            sys.exit(error.strerror)
        return
    with socket.create_server((LOOPBACK, options.port)) as listener:
        enter_namespace()
        milvus = start_milvus(options.data, options.programs, options.set)
        pid = milvus.server_proc.pid
        asyncio.run(serve(listener, milvus))
    with suppress(OSError):
        (LITTER / f"server_id_{pid}").unlink()
        LITTER.rmdir()


if __name__ == "__main__":
    main()
