"""What has to do with forgetting people, put together."""

from dataclasses import dataclass
from datetime import timedelta

from footfall_server.auth.erasure_key import ErasureKey
from footfall_server.domain.erasure import TombstoneMaker
from footfall_server.ports import Clock, ImageStore, TemplateSeal, Transactions
from footfall_server.services.customer_removal import CustomerRemoval
from footfall_server.services.erasure_completion import ErasureCompletion
from footfall_server.services.erasure_sweep import ErasureSweep
from footfall_server.services.opt_out_guard import OptOutGuard


@dataclass(frozen=True, slots=True)
class Erasing:
    """Erases, sees it through, sees to it that nobody comes back, and leaves out who asked for it."""

    tombstones: TombstoneMaker
    removal: CustomerRemoval
    completion: ErasureCompletion
    sweep: ErasureSweep
    opt_out_seal: TemplateSeal
    opt_outs: OptOutGuard


def erasing(
    *,
    transactions: Transactions,
    images: ImageStore,
    key: ErasureKey,
    issuer: str,
    every: timedelta,
    clock: Clock,
) -> Erasing:
    """`issuer` is who receipts say that they are from; `every` is how often erasures are looked after."""
    tombstones, seal = key.tombstones(), key.opt_out_seal()
    removal = CustomerRemoval(transactions=transactions, images=images, tombstones=tombstones, clock=clock)
    return Erasing(
        tombstones=tombstones,
        removal=removal,
        completion=ErasureCompletion(
            transactions=transactions,
            images=images,
            sign=key.sign,
            issuer=issuer,
            clock=clock,
            every=every,
        ),
        sweep=ErasureSweep(
            transactions=transactions, images=images, removal=removal, tombstones=tombstones, clock=clock
        ),
        opt_out_seal=seal,
        opt_outs=OptOutGuard(seal=seal, removal=removal, clock=clock),
    )
