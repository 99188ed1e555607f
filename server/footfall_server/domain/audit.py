"""What people did, for whoever has to answer for it later."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import OPERATOR, Principal

NO_TENANT = UUID(int=0)
"""Names the installation's own log, where a log is named by its tenant."""


class Action(StrEnum):
    """Everything that is audited, by the kind of what it is done to. Nothing else can be appended."""

    SIGN_IN = "auth.sign_in"
    SIGN_IN_FAILED = "auth.sign_in_failed"
    SIGN_OUT = "auth.sign_out"
    NO_ROLE = "auth.no_role"
    PASSWORD_CHANGED = "auth.password_changed"  # noqa: S105
    PASSWORD_SET = "auth.password_set"  # noqa: S105
    REFRESH_REUSED = "auth.refresh_reused"
    SWITCH_TENANT = "auth.switch_tenant"
    LEAVE_TENANT = "auth.leave_tenant"
    USER_BOOTSTRAP = "user.bootstrap"
    USER_CREATE = "user.create"
    USER_UPDATE = "user.update"
    USER_DELETE = "user.delete"
    USER_SETUP_TOKEN = "user.setup_token"  # noqa: S105
    API_KEY_CREATE = "api_key.create"
    API_KEY_REVOKE = "api_key.revoke"
    JOIN_TOKEN_CREATE = "join_token.create"  # noqa: S105
    JOIN_TOKEN_REVOKE = "join_token.revoke"  # noqa: S105
    CERTIFICATE_ISSUE = "certificate.issue"
    CERTIFICATE_RENEW = "certificate.renew"
    CERTIFICATE_REVOKE = "certificate.revoke"
    TENANT_CREATE = "tenant.create"
    TENANT_UPDATE = "tenant.update"
    TENANT_DELETE = "tenant.delete"
    TENANT_SETTINGS_UPDATE = "tenant.settings_update"
    SITE_CREATE = "site.create"
    SITE_UPDATE = "site.update"
    SITE_DELETE = "site.delete"
    CAMERA_CREATE = "camera.create"
    CAMERA_UPDATE = "camera.update"
    CAMERA_DELETE = "camera.delete"
    CAMERA_COMMAND = "camera.command"
    CAMERA_COMMAND_END = "camera.command_end"
    CAMERA_SNAPSHOT = "camera.snapshot"
    CAMERA_PREVIEW = "camera.preview"
    WORKER_DELETE = "worker.delete"
    CUSTOMER_CREATE = "customer.create"
    CUSTOMER_UPDATE = "customer.update"
    CUSTOMER_DELETE = "customer.delete"
    CUSTOMER_EXPIRE = "customer.expire"
    CUSTOMER_MERGE = "customer.merge"
    CUSTOMER_UNMERGE = "customer.unmerge"
    CUSTOMER_SPLIT = "customer.split"
    CUSTOMER_MARK_DISTINCT = "customer.mark_distinct"
    CUSTOMER_UNMARK_DISTINCT = "customer.unmark_distinct"
    ERASURE_SEARCH = "erasure.search"
    OPT_OUT_CREATE = "opt_out.create"
    OPT_OUT_DELETE = "opt_out.delete"
    STAFF_CREATE = "staff.create"
    STAFF_UPDATE = "staff.update"
    STAFF_DELETE = "staff.delete"
    STAFF_LEAVE = "staff.leave"
    STAFF_FACE_ADD = "staff.face_add"
    STAFF_FACE_DELETE = "staff.face_delete"
    STAFF_FACE_VIEW = "staff.face_view"
    STAFF_TEST_RECOGNITION = "staff.test_recognition"
    STAFF_PAST_CUSTOMERS = "staff.past_customers"
    STAFF_CONVERT = "staff.convert"
    STAFF_IMPORT = "staff.import"
    SUGGESTION_ACCEPT = "suggestion.accept"
    SUGGESTION_DISMISS = "suggestion.dismiss"
    IMAGE_VIEW = "image.view"
    JOB_RUN = "job.run"
    RETENTION_UPDATE = "retention.update"
    WEBHOOK_CREATE = "webhook.create"
    WEBHOOK_UPDATE = "webhook.update"
    WEBHOOK_DELETE = "webhook.delete"
    WEBHOOK_ROTATE = "webhook.rotate"
    WEBHOOK_TEST = "webhook.test"
    WEBHOOK_REPLAY = "webhook.replay"
    WEBHOOK_GONE = "webhook.gone"
    CALIBRATION_APPLY = "calibration.apply"
    CALIBRATION_RESET = "calibration.reset"
    MODEL_CHANGE_START = "model_change.start"
    MODEL_CHANGE_PAUSE = "model_change.pause"
    MODEL_CHANGE_RESUME = "model_change.resume"
    MODEL_CHANGE_FINISH = "model_change.finish"
    MODEL_CHANGE_ROLL_BACK = "model_change.roll_back"
    INDEX_REBUILD = "index.rebuild"
    BACKUP_RESTORE = "backup.restore"
    AUDIT_EXPORT = "audit.export"
    REPORT_EXPORT = "report.export"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One action. `detail` is a JSON object of ids, counts, old and new values and the reason given.

    It never holds a customer's name, a face, an embedding or a secret. `actor_id` is None and `actor_role`
    empty where nobody was signed in; `resource_id` is None where what it was done to is not known.
    """

    audit_id: UUID
    at: datetime
    actor_id: UUID | None
    actor_role: str
    action: str
    resource: str
    resource_id: UUID | None
    detail: str

    @classmethod
    def of(
        cls,
        principal: Principal,
        action: str,
        resource_id: UUID | None,
        *,
        at: datetime,
        detail: Mapping[str, object],
        resource: str = "customer",
    ) -> Self:
        """What the caller did to `resource`; ids in `detail` may be UUIDs.

        Raises ValueError for an action that Action does not list.
        """
        if principal.subject_id == OPERATOR:
            return cls.by_operator(action, resource_id, at=at, detail=detail, resource=resource)
        return cls(
            audit_id=new_id(),
            at=at,
            actor_id=principal.subject_id,
            actor_role=principal.role.value,
            action=Action(action).value,
            resource=resource,
            resource_id=resource_id,
            detail=_json(detail),
        )

    @classmethod
    def on_behalf_of(
        cls,
        actor_id: UUID,
        actor_role: str,
        action: Action,
        resource_id: UUID,
        *,
        at: datetime,
        detail: Mapping[str, object],
        resource: str,
    ) -> Self:
        """What became of something that somebody began, and who is not the one that calls now."""
        return cls(
            audit_id=new_id(),
            at=at,
            actor_id=actor_id,
            actor_role=actor_role,
            action=action.value,
            resource=resource,
            resource_id=resource_id,
            detail=_json(detail),
        )

    @classmethod
    def by_nobody(
        cls,
        action: str,
        resource_id: UUID | None,
        *,
        at: datetime,
        detail: Mapping[str, object],
        resource: str,
    ) -> Self:
        """What was done, or tried, while nobody was signed in. Raises as `of`."""
        return cls(
            audit_id=new_id(),
            at=at,
            actor_id=None,
            actor_role="",
            action=Action(action).value,
            resource=resource,
            resource_id=resource_id,
            detail=_json(detail),
        )

    @classmethod
    def by_operator(
        cls,
        action: str,
        resource_id: UUID | None,
        *,
        at: datetime,
        detail: Mapping[str, object],
        resource: str,
    ) -> Self:
        """What somebody did on the machine that runs the core, by its command line. Raises as `of`."""
        told = {"by": "operator", **detail}
        return cls.by_nobody(action, resource_id, at=at, detail=told, resource=resource)


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What a list of entries shows. `action` is exact, or all that begin so when it ends with a dot.

    `start` is included, `end` is not.
    """

    actor_id: UUID | None = None
    action: str = ""
    resource_id: UUID | None = None
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChainedEntry:
    """An entry at its place in its log: see domain.audit_chain."""

    sequence: int
    entry: AuditEntry
    previous_hash: bytes = field(repr=False)
    hash: bytes


@dataclass(frozen=True, slots=True)
class AuditHead:
    """The last entry of a log: `sequence` is 0 and `hash` 32 zero bytes while the log is empty."""

    sequence: int
    hash: bytes


def changes_between(old: Mapping[str, object], new: Mapping[str, object]) -> dict[str, list[object]]:
    """For `detail`: each value that differs as [old, new]. Both have the same keys."""
    return {name: [value, new[name]] for name, value in old.items() if new[name] != value}


def _json(detail: Mapping[str, object]) -> str:
    return json.dumps(detail, default=str, ensure_ascii=False, separators=(",", ":"))
