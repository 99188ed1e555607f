"""The core's heart over whatever stores a test has, for the synthetic faces' model."""

from fakes.erasures import a_tombstone_maker
from fakes.opt_outs import an_opt_out_seal
from fakes.synthetic_faces import DIMENSION, MODEL_ID, POLICY
from footfall_server.ports import Clock, FaceSearch, ImageStore, Transactions
from footfall_server.services.customer_removal import CustomerRemoval
from footfall_server.services.event_checks import EventTimes, RecognitionModel
from footfall_server.services.face_crops import FaceCrops
from footfall_server.services.face_ingest import FaceIngest
from footfall_server.services.model_registry import KnownModels
from footfall_server.services.opt_out_guard import OptOutGuard
from footfall_server.services.tenant_models import TenantModels
from footfall_server.services.threshold_policies import ThresholdPolicies

SMALL_MODEL = RecognitionModel(MODEL_ID, DIMENSION)


def an_ingest(
    *,
    transactions: Transactions,
    index: FaceSearch,
    images: ImageStore,
    clock: Clock,
    model: RecognitionModel = SMALL_MODEL,
) -> FaceIngest:
    """What one replica of the core would have."""
    known = KnownModels(installation=model, installation_tail=POLICY.tail)
    return FaceIngest(
        transactions=transactions,
        index=index,
        crops=FaceCrops(transactions=transactions, images=images, clock=clock),
        clock=clock,
        models=TenantModels(transactions=transactions, known=known, clock=clock),
        policies=ThresholdPolicies(known=known, target_rate=POLICY.target_rate),
        times=EventTimes(),
        tombstones=a_tombstone_maker(),
        opt_outs=OptOutGuard(
            seal=an_opt_out_seal(),
            removal=CustomerRemoval(
                transactions=transactions, images=images, tombstones=a_tombstone_maker(), clock=clock
            ),
            clock=clock,
        ),
    )
