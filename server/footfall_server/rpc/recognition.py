"""RecognitionService."""

# ruff: noqa: N802 - the methods are named by the proto

from typing import Any
from uuid import UUID

from footfall.v1 import recognition_service_pb2, recognition_service_pb2_grpc

from footfall_server.rpc import convert_recognition
from footfall_server.rpc.call_context import current_principal
from footfall_server.rpc.convert_values import from_optional_id
from footfall_server.rpc.page_tokens import PageTokens, page_limit
from footfall_server.services.calibrations import CalibrationService
from footfall_server.services.model_changes import ModelChangeService


class RecognitionServicer(recognition_service_pb2_grpc.RecognitionServiceServicer):
    """Says what people are recognised by."""

    def __init__(
        self, *, changes: ModelChangeService, calibrations: CalibrationService, page_tokens: PageTokens
    ) -> None:
        self._changes = changes
        self._calibrations = calibrations
        self._page_tokens = page_tokens

    async def ListModels(
        self, _request: recognition_service_pb2.ListModelsRequest, _context: Any
    ) -> recognition_service_pb2.ListModelsResponse:
        models = await self._changes.list_models(current_principal())
        return recognition_service_pb2.ListModelsResponse(models=map(convert_recognition.to_model, models))

    async def StartModelChange(
        self, request: recognition_service_pb2.StartModelChangeRequest, _context: Any
    ) -> recognition_service_pb2.ModelChange:
        view = await self._changes.start(
            current_principal(), request.to_model_id, request_id=from_optional_id(request.request_id)
        )
        return convert_recognition.to_model_change(view)

    async def GetModelChange(
        self, request: recognition_service_pb2.GetModelChangeRequest, _context: Any
    ) -> recognition_service_pb2.ModelChange:
        view = await self._changes.get(current_principal(), UUID(request.model_change_id))
        return convert_recognition.to_model_change(view)

    async def ListModelChanges(
        self, request: recognition_service_pb2.ListModelChangesRequest, _context: Any
    ) -> recognition_service_pb2.ListModelChangesResponse:
        principal = current_principal()
        page = await self._changes.list(
            principal,
            after=self._page_tokens.open_time(request, principal),
            limit=page_limit(request.page_size),
        )
        return recognition_service_pb2.ListModelChangesResponse(
            model_changes=map(convert_recognition.to_model_change, page.items),
            next_page_token=self._page_tokens.seal_time(request, principal, page.next_after),
        )

    async def PauseModelChange(
        self, request: recognition_service_pb2.PauseModelChangeRequest, _context: Any
    ) -> recognition_service_pb2.ModelChange:
        view = await self._changes.pause(current_principal(), UUID(request.model_change_id))
        return convert_recognition.to_model_change(view)

    async def ResumeModelChange(
        self, request: recognition_service_pb2.ResumeModelChangeRequest, _context: Any
    ) -> recognition_service_pb2.ModelChange:
        view = await self._changes.resume(current_principal(), UUID(request.model_change_id))
        return convert_recognition.to_model_change(view)

    async def FinishModelChange(
        self, request: recognition_service_pb2.FinishModelChangeRequest, _context: Any
    ) -> recognition_service_pb2.ModelChange:
        view = await self._changes.finish(
            current_principal(), UUID(request.model_change_id), accept_loss=request.accept_loss
        )
        return convert_recognition.to_model_change(view)

    async def RollBackModelChange(
        self, request: recognition_service_pb2.RollBackModelChangeRequest, _context: Any
    ) -> recognition_service_pb2.ModelChange:
        view = await self._changes.roll_back(current_principal(), UUID(request.model_change_id))
        return convert_recognition.to_model_change(view)

    async def Calibrate(
        self, request: recognition_service_pb2.CalibrateRequest, _context: Any
    ) -> recognition_service_pb2.Calibration:
        drawn = await self._calibrations.calibrate(
            current_principal(), request.model_id, convert_recognition.from_rate(request.target_rate)
        )
        return convert_recognition.to_calibration(drawn)

    async def ApplyCalibration(
        self, request: recognition_service_pb2.ApplyCalibrationRequest, _context: Any
    ) -> recognition_service_pb2.ApplyCalibrationResponse:
        principal = current_principal()
        if request.reset:
            held = await self._calibrations.reset(principal, request.model_id)
        else:
            rate = convert_recognition.from_rate(request.target_rate)
            held = await self._calibrations.apply(principal, request.model_id, rate)
        return convert_recognition.to_thresholds(held)
