"""`footfall-edge join`: trades a join token for the worker's certificate, and ends."""

import grpc.aio

from footfall_edge.identity.worker_identity import WorkerIdentity
from footfall_edge.link.channel import open_channel
from footfall_edge.link.failures import read_failure
from footfall_edge.link.sign_in import make_keeper
from footfall_edge.settings import EdgeSettings

_REFUSED = "the core refuses the join token: it is wrong, over, or was used; make a new one"


class JoinError(Exception):
    """The worker did not join. The text says why and holds no token."""


async def join(settings: EdgeSettings) -> WorkerIdentity:
    """The identity that the worker has from now on; the one that it has when the token was used for it.

    Raises JoinError, BadIdentityError, and OSError when the data folder cannot be written.
    """
    keeper = make_keeper(settings)
    if keeper.joins:
        channel = open_channel(settings.gateway_url, settings.gateway_ca_file)
        try:
            await keeper.join(channel)
        except grpc.aio.AioRpcError as error:
            failure = read_failure(error)
            told = f"the core answers {failure.code} {failure.reason}".strip()
            raise JoinError(_REFUSED if failure.reason == "BAD_CREDENTIALS" else told) from None
        finally:
            await channel.close()
    if keeper.current is None:
        raise JoinError("there is no join token")
    return keeper.current
