"""Services that leave people out, over the counting shop."""

from collections.abc import Mapping

from fakes.counting_shop import Shop
from fakes.erasures import a_tombstone_maker
from fakes.face_examiner import FakeFaceExaminer
from fakes.opt_outs import an_opt_out_seal
from fakes.synthetic_faces import DIMENSION, MODEL_ID, POLICY
from footfall_server.services.customer_removal import CustomerRemoval
from footfall_server.services.event_checks import RecognitionModel
from footfall_server.services.model_registry import KnownModels
from footfall_server.services.opt_out_sweep import OptOutSweep
from footfall_server.services.opt_outs import OptOutService
from footfall_server.services.resemblance import Resemblance
from footfall_server.services.tenant_models import TenantModels
from footfall_server.services.threshold_policies import ThresholdPolicies

KNOWN = KnownModels(installation=RecognitionModel(MODEL_ID, DIMENSION), installation_tail=POLICY.tail)


def a_removal(shop: Shop) -> CustomerRemoval:
    return CustomerRemoval(
        transactions=shop.transactions,
        images=shop.images,
        tombstones=a_tombstone_maker(),
        clock=shop.clock,
    )


def an_opt_out_service(
    shop: Shop, *, key: int = 1, dimensions: Mapping[str, int] | None = None
) -> OptOutService:
    return OptOutService(
        transactions=shop.transactions,
        removal=a_removal(shop),
        examiner=FakeFaceExaminer(dimensions or {MODEL_ID: DIMENSION}),
        models=_models(shop),
        seal=an_opt_out_seal(key),
        clock=shop.clock,
    )


def an_opt_out_sweep(shop: Shop, *, key: int = 1) -> OptOutSweep:
    policies = ThresholdPolicies(known=KNOWN, target_rate=POLICY.target_rate)
    return OptOutSweep(
        transactions=shop.transactions,
        removal=a_removal(shop),
        resemblance=Resemblance(index=shop.index, policies=policies, clock=shop.clock),
        models=_models(shop),
        seal=an_opt_out_seal(key),
    )


def _models(shop: Shop) -> TenantModels:
    return TenantModels(transactions=shop.transactions, known=KNOWN, clock=shop.clock)
