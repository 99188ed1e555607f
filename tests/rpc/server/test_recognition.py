"""Models, changes of the model and calibrations, over gRPC."""

import grpc
from fakes.crop_embedder import UNREADABLE
from fakes.model_world import fill_gallery, meet
from fakes.polling import until
from fakes.rpc_failures import failure
from fakes.shop import DIMENSION, MODEL_ID, OTHER_DIMENSION, OTHER_MODEL_ID, Replica, Shop
from footfall.v1 import recognition_service_pb2 as pb2
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role


async def test_a_change_is_followed_from_start_to_end(shop: Shop, core: Replica) -> None:
    metadata, service = shop.signed_in(Role.TENANT_ADMIN), core.recognition
    tables = shop.transactions.tables(shop.own.tenant.tenant_id)
    people = [meet(tables, person, shots=2) for person in range(3)]
    lost = meet(tables, 9, crop=UNREADABLE)
    started = await service.StartModelChange(
        pb2.StartModelChangeRequest(to_model_id=OTHER_MODEL_ID), metadata=metadata
    )
    assert (started.from_model_id, started.to_model_id) == (MODEL_ID, OTHER_MODEL_ID)
    assert (started.state, started.face_count) == (pb2.MODEL_CHANGE_STATE_RUNNING, 7)
    assert not started.HasField("end_time")
    get = pb2.GetModelChangeRequest(model_change_id=started.model_change_id)
    await until(lambda: len(tables.gallery) == 13 and len(tables.model_change_losses) == 1)
    now = await service.GetModelChange(get, metadata=metadata)
    assert (now.done_count, now.lost_count, now.lost_customer_count) == (6, 1, 1)
    listed = await service.ListModels(pb2.ListModelsRequest(), metadata=metadata)
    assert [
        (each.model_id, each.dimension, each.in_use, each.face_count, each.customer_count)
        for each in listed.models
    ] == [(MODEL_ID, DIMENSION, True, 7, 4), (OTHER_MODEL_ID, OTHER_DIMENSION, False, 6, 3)]
    assert listed.models[1].licence == "Apache-2.0"
    assert listed.models[1].origin
    finish = pb2.FinishModelChangeRequest(model_change_id=started.model_change_id)
    failed = await failure(service.FinishModelChange(finish, metadata=metadata))
    assert (failed.code, failed.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "MODEL_CHANGE_STATE")
    assert failed.metadata == {
        "state": "running",
        "lost_customer_count": "1",
        "customer_ids": str(lost),
    }
    finish.accept_loss = True
    ended = await service.FinishModelChange(finish, metadata=metadata)
    assert ended.state == pb2.MODEL_CHANGE_STATE_FINISHED
    assert ended.HasField("end_time")
    listed = await service.ListModels(pb2.ListModelsRequest(), metadata=metadata)
    assert [(each.model_id, each.in_use) for each in listed.models] == [(OTHER_MODEL_ID, True)]
    assert {row.face.customer_id for row in tables.gallery.values()} == set(people)
    page = await service.ListModelChanges(pb2.ListModelChangesRequest(), metadata=metadata)
    assert list(page.model_changes) == [ended]
    over = await failure(service.FinishModelChange(finish, metadata=metadata))
    assert over.metadata == {"state": "finished"}


async def test_pause_resume_and_roll_back(shop: Shop, core: Replica) -> None:
    metadata, service = shop.signed_in(Role.TENANT_ADMIN), core.recognition
    request = pb2.StartModelChangeRequest(to_model_id=OTHER_MODEL_ID, request_id=str(new_id()))
    started = await service.StartModelChange(request, metadata=metadata)
    change_id = started.model_change_id
    assert await service.StartModelChange(request, metadata=metadata) == started
    paused = await service.PauseModelChange(
        pb2.PauseModelChangeRequest(model_change_id=change_id), metadata=metadata
    )
    assert paused.state == pb2.MODEL_CHANGE_STATE_PAUSED
    resumed = await service.ResumeModelChange(
        pb2.ResumeModelChangeRequest(model_change_id=change_id), metadata=metadata
    )
    assert resumed.state == pb2.MODEL_CHANGE_STATE_RUNNING
    back = await service.RollBackModelChange(
        pb2.RollBackModelChangeRequest(model_change_id=change_id), metadata=metadata
    )
    assert back.state == pb2.MODEL_CHANGE_STATE_ROLLED_BACK
    listed = await service.ListModels(pb2.ListModelsRequest(), metadata=metadata)
    assert [each.model_id for each in listed.models] == [MODEL_ID]


async def test_a_model_that_is_not_there_is_told(shop: Shop, core: Replica) -> None:
    metadata = shop.signed_in(Role.TENANT_ADMIN)
    del shop.embedder.dimensions[OTHER_MODEL_ID]
    for model_id in ("no-such-model", OTHER_MODEL_ID):
        request = pb2.StartModelChangeRequest(to_model_id=model_id)
        failed = await failure(core.recognition.StartModelChange(request, metadata=metadata))
        assert (failed.code, failed.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "MODEL_UNKNOWN")
        assert failed.metadata == {"model_id": model_id}


async def test_a_calibration_is_drawn_applied_and_taken_back(shop: Shop, core: Replica) -> None:
    metadata, service = shop.signed_in(Role.TENANT_ADMIN), core.recognition
    tables = shop.transactions.tables(shop.own.tenant.tenant_id)
    fill_gallery(tables)
    measured = await service.Calibrate(pb2.CalibrateRequest(), metadata=metadata)
    assert (measured.model_id, measured.customer_count) == (MODEL_ID, 12)
    assert len(measured.bin_edges) == len(measured.genuine_counts) + 1 == len(measured.impostor_counts) + 1
    assert sum(measured.genuine_counts) == measured.genuine_pair_count
    assert sum(measured.impostor_counts) == measured.impostor_pair_count
    assert measured.plot_png.startswith(b"\x89PNG")
    assert measured.new_threshold <= measured.match_threshold
    assert not tables.calibrations, "nothing is changed by measuring"
    held = await service.ApplyCalibration(pb2.ApplyCalibrationRequest(), metadata=metadata)
    assert held.match_threshold == measured.match_threshold
    assert tables.calibrations[MODEL_ID].target_rate == 0.001, "not what single precision makes of it"
    again = await service.Calibrate(pb2.CalibrateRequest(), metadata=metadata)
    assert again.current_match_threshold == held.match_threshold
    back = await service.ApplyCalibration(pb2.ApplyCalibrationRequest(reset=True), metadata=metadata)
    assert back.match_threshold == measured.current_match_threshold
    assert not tables.calibrations


async def test_too_few_faces_are_told(shop: Shop, core: Replica) -> None:
    failed = await failure(
        core.recognition.Calibrate(pb2.CalibrateRequest(), metadata=shop.signed_in(Role.TENANT_ADMIN))
    )
    assert (failed.code, failed.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "NOT_ENOUGH_FACES")
    assert failed.metadata == {"needed": "1000", "found": "0"}
