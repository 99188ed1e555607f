"""Who may call what: the whole of it, as data.

The interceptors, the start-up check, the tests and docs/security.md read this one table. A method that is not
in it is not served.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from footfall_server.domain.identity import Role


class Scope(Enum):
    """How far a call reaches."""

    PUBLIC = "needs no token"
    SELF = "the caller itself"
    INSTALLATION = "what belongs to no tenant"
    TENANT = "the caller's tenant, and in it the sites that the caller is confined to"
    ACTING = "the caller's tenant, or the installation for a system administrator who acts for none"


class Elsewhere(Enum):
    """What a call meets that reaches for what is another tenant's, or another site's."""

    NOT_FOUND = "the request names something: somebody else's is NOT_FOUND, as if it were not there"
    OWN_ONLY = "the request names nothing: the answer holds, and the call makes, only what is the caller's"
    SHARED = "belongs to no tenant"


@dataclass(frozen=True, slots=True)
class Permission:
    """Which roles may call a method, and how far the call reaches.

    `by_site`: whether site managers and workers reach their own sites only. Where not, the method is about
    the tenant as a whole.
    """

    scope: Scope
    roles: frozenset[Role] = frozenset()
    elsewhere: Elsewhere = Elsewhere.NOT_FOUND
    by_site: bool = True

    def own_only(self) -> "Permission":
        """The same, for a method whose request names nothing that could be somebody else's."""
        return replace(self, elsewhere=Elsewhere.OWN_ONLY)

    def tenant_wide(self) -> "Permission":
        """The same, for a method about the tenant as a whole."""
        return replace(self, by_site=False)


class UnknownMethodError(Exception):
    """A method would be served that the table does not know, or the table knows one that is not served."""


_PUBLIC = Permission(Scope.PUBLIC, elsewhere=Elsewhere.SHARED)
_EVERYBODY = Permission(Scope.SELF, frozenset(Role), Elsewhere.OWN_ONLY)
_PEOPLE = Permission(
    Scope.SELF, frozenset({Role.SYSTEM_ADMIN, Role.TENANT_ADMIN, Role.SITE_MANAGER}), Elsewhere.OWN_ONLY
)
_SWITCHERS = Permission(Scope.SELF, frozenset({Role.SYSTEM_ADMIN}), Elsewhere.SHARED)
_SYSTEM = Permission(Scope.INSTALLATION, frozenset({Role.SYSTEM_ADMIN}), Elsewhere.SHARED)
# A system administrator who acts for a tenant may do there what its own may; without one, TENANT_REQUIRED.
_ADMINS = Permission(Scope.TENANT, frozenset({Role.SYSTEM_ADMIN, Role.TENANT_ADMIN}))
_ACTING_ADMINS = Permission(Scope.ACTING, _ADMINS.roles)
_MANAGERS = Permission(Scope.TENANT, _ADMINS.roles | {Role.SITE_MANAGER})
_WORKERS = Permission(Scope.TENANT, frozenset({Role.WORKER}))

PERMISSIONS: Mapping[str, Permission] = {
    "/footfall.v1.AuthService/IssueToken": _PUBLIC,
    "/footfall.v1.AuthService/GetJwks": _PUBLIC,
    "/footfall.v1.AuthService/GetMe": _EVERYBODY,
    "/footfall.v1.AuthService/SwitchTenant": _SWITCHERS,
    "/footfall.v1.AuthService/SignOut": _PEOPLE,
    "/footfall.v1.AuthService/ChangePassword": _PEOPLE,
    "/footfall.v1.AuthService/SetPassword": _PUBLIC,
    "/footfall.v1.AuthService/ListIdentityProviders": _PUBLIC,
    "/footfall.v1.AuthService/StartOidcLogin": _PUBLIC,
    "/footfall.v1.UserService/CreateUser": _ACTING_ADMINS,
    "/footfall.v1.UserService/GetUser": _ACTING_ADMINS,
    "/footfall.v1.UserService/ListUsers": _ACTING_ADMINS.own_only(),
    "/footfall.v1.UserService/UpdateUser": _ACTING_ADMINS,
    "/footfall.v1.UserService/DeleteUser": _ACTING_ADMINS,
    "/footfall.v1.UserService/CreateSetupToken": _ACTING_ADMINS,
    "/footfall.v1.ApiKeyService/CreateApiKey": _ADMINS,
    "/footfall.v1.ApiKeyService/GetApiKey": _ADMINS,
    "/footfall.v1.ApiKeyService/ListApiKeys": _ADMINS,
    "/footfall.v1.ApiKeyService/RevokeApiKey": _ADMINS,
    "/footfall.v1.CertificateService/CreateJoinToken": _ADMINS,
    "/footfall.v1.CertificateService/ListJoinTokens": _ADMINS.own_only(),
    "/footfall.v1.CertificateService/RevokeJoinToken": _ADMINS,
    "/footfall.v1.CertificateService/EnrolWorker": _PUBLIC,
    "/footfall.v1.CertificateService/RenewCertificate": _WORKERS.own_only(),
    "/footfall.v1.CertificateService/ListCertificates": _ADMINS,
    "/footfall.v1.CertificateService/RevokeCertificate": _ADMINS,
    "/footfall.v1.TenantService/CreateTenant": _SYSTEM,
    "/footfall.v1.TenantService/GetTenant": _SYSTEM,
    "/footfall.v1.TenantService/ListTenants": _SYSTEM,
    "/footfall.v1.TenantService/UpdateTenant": _SYSTEM,
    "/footfall.v1.TenantService/DeleteTenant": _SYSTEM,
    "/footfall.v1.TenantService/GetTenantSettings": _MANAGERS.own_only().tenant_wide(),
    "/footfall.v1.TenantService/UpdateTenantSettings": _ADMINS.own_only(),
    "/footfall.v1.SiteService/CreateSite": _ADMINS.own_only(),
    "/footfall.v1.SiteService/GetSite": _MANAGERS,
    "/footfall.v1.SiteService/ListSites": _MANAGERS.own_only(),
    "/footfall.v1.SiteService/UpdateSite": _ADMINS,
    "/footfall.v1.SiteService/DeleteSite": _ADMINS,
    "/footfall.v1.CameraService/CreateCamera": _MANAGERS,
    "/footfall.v1.CameraService/GetCamera": _MANAGERS,
    "/footfall.v1.CameraService/ListCameras": _MANAGERS,
    "/footfall.v1.CameraService/UpdateCamera": _MANAGERS,
    "/footfall.v1.CameraService/DeleteCamera": _MANAGERS,
    "/footfall.v1.CameraControlService/SendCommand": _MANAGERS,
    "/footfall.v1.CameraControlService/GetSnapshot": _MANAGERS,
    "/footfall.v1.CameraControlService/WatchPreview": _MANAGERS,
    "/footfall.v1.CameraControlService/ListWorkers": _MANAGERS,
    "/footfall.v1.CameraControlService/GetWorker": _MANAGERS,
    "/footfall.v1.CameraControlService/DeleteWorker": _ADMINS,
    "/footfall.v1.CustomerService/CreateCustomer": _ADMINS.own_only(),
    "/footfall.v1.CustomerService/GetCustomer": _MANAGERS,
    "/footfall.v1.CustomerService/ListCustomers": _MANAGERS,
    "/footfall.v1.CustomerService/UpdateCustomer": _ADMINS,
    "/footfall.v1.CustomerService/DeleteCustomer": _ADMINS,
    "/footfall.v1.CustomerService/ListSightings": _MANAGERS,
    "/footfall.v1.CustomerService/MergeCustomers": _ADMINS,
    "/footfall.v1.CustomerService/UnmergeCustomers": _ADMINS,
    "/footfall.v1.CustomerService/ListMerges": _MANAGERS,
    "/footfall.v1.CustomerService/SplitCustomer": _ADMINS,
    "/footfall.v1.CustomerService/MarkDistinct": _ADMINS,
    "/footfall.v1.CustomerService/UnmarkDistinct": _ADMINS,
    "/footfall.v1.CustomerService/ListDistinctCustomers": _MANAGERS,
    "/footfall.v1.CustomerService/ListMergeSuggestions": _MANAGERS.own_only(),
    "/footfall.v1.CustomerService/RefreshMergeSuggestions": _ADMINS.own_only(),
    "/footfall.v1.CustomerService/AcceptMergeSuggestion": _ADMINS,
    "/footfall.v1.CustomerService/DismissMergeSuggestion": _ADMINS,
    "/footfall.v1.StaffService/CreateStaff": _MANAGERS,
    "/footfall.v1.StaffService/GetStaff": _MANAGERS,
    "/footfall.v1.StaffService/ListStaff": _MANAGERS,
    "/footfall.v1.StaffService/UpdateStaff": _MANAGERS,
    "/footfall.v1.StaffService/DeleteStaff": _MANAGERS,
    "/footfall.v1.StaffService/ListFaces": _MANAGERS,
    "/footfall.v1.StaffService/AddFace": _MANAGERS,
    "/footfall.v1.StaffService/GetFaceImage": _MANAGERS,
    "/footfall.v1.StaffService/DeleteFace": _MANAGERS,
    "/footfall.v1.StaffService/TestRecognition": _MANAGERS,
    "/footfall.v1.StaffService/ListPastCustomers": _MANAGERS,
    "/footfall.v1.StaffService/ConvertCustomers": _ADMINS,
    "/footfall.v1.StaffImportService/BeginStaffImport": _MANAGERS,
    "/footfall.v1.StaffImportService/UploadStaffImportPart": _MANAGERS,
    "/footfall.v1.StaffImportService/RunStaffImport": _MANAGERS,
    "/footfall.v1.StaffImportService/GetStaffImport": _MANAGERS,
    "/footfall.v1.StaffImportService/ListStaffImports": _MANAGERS.own_only(),
    "/footfall.v1.StaffImportService/DeleteStaffImport": _MANAGERS,
    "/footfall.v1.IngestService/Connect": _WORKERS.own_only(),
    "/footfall.v1.IngestService/RecordFace": _WORKERS,
    "/footfall.v1.IngestService/BatchRecordFaces": _WORKERS,
    "/footfall.v1.VisitService/ListVisits": _MANAGERS,
    "/footfall.v1.VisitService/GetVisit": _MANAGERS,
    "/footfall.v1.VisitService/ExplainVisit": _MANAGERS,
    "/footfall.v1.VisitService/ExplainEvent": _MANAGERS,
    "/footfall.v1.ReportService/GetVisitors": _MANAGERS,
    "/footfall.v1.ReportService/GetDistribution": _MANAGERS,
    "/footfall.v1.ReportService/ExportVisitors": _MANAGERS,
    "/footfall.v1.ReportService/ListRestatements": _MANAGERS,
    "/footfall.v1.ReportService/GetDwell": _MANAGERS,
    "/footfall.v1.ReportService/GetOccupancy": _MANAGERS,
    "/footfall.v1.LiveService/Watch": _MANAGERS,
    "/footfall.v1.ImageService/GetImage": _MANAGERS,
    "/footfall.v1.RecognitionService/ListModels": _MANAGERS.own_only().tenant_wide(),
    "/footfall.v1.RecognitionService/StartModelChange": _ADMINS.own_only(),
    "/footfall.v1.RecognitionService/GetModelChange": _MANAGERS.tenant_wide(),
    "/footfall.v1.RecognitionService/ListModelChanges": _MANAGERS.own_only().tenant_wide(),
    "/footfall.v1.RecognitionService/PauseModelChange": _ADMINS,
    "/footfall.v1.RecognitionService/ResumeModelChange": _ADMINS,
    "/footfall.v1.RecognitionService/FinishModelChange": _ADMINS,
    "/footfall.v1.RecognitionService/RollBackModelChange": _ADMINS,
    "/footfall.v1.RecognitionService/Calibrate": _ADMINS.own_only(),
    "/footfall.v1.RecognitionService/ApplyCalibration": _ADMINS.own_only(),
    "/footfall.v1.ErasureService/FindErasureSubjects": _ADMINS.own_only(),
    "/footfall.v1.ErasureService/PreviewErasure": _ADMINS,
    "/footfall.v1.ErasureService/CreateErasure": _ADMINS,
    "/footfall.v1.ErasureService/GetErasure": _ADMINS,
    "/footfall.v1.ErasureService/ListErasures": _ADMINS.own_only(),
    "/footfall.v1.ErasureService/GetErasureKey": _ADMINS.own_only(),
    "/footfall.v1.OptOutService/CreateOptOut": _ADMINS,
    "/footfall.v1.OptOutService/ListOptOuts": _ADMINS.own_only(),
    "/footfall.v1.OptOutService/DeleteOptOut": _ADMINS,
    "/footfall.v1.RetentionService/GetRetention": _ADMINS.own_only(),
    "/footfall.v1.RetentionService/UpdateRetention": _ADMINS.own_only(),
    "/footfall.v1.RetentionService/GetSiteRetention": _ADMINS,
    "/footfall.v1.RetentionService/UpdateSiteRetention": _ADMINS,
    "/footfall.v1.JobService/ListJobs": _ADMINS.own_only(),
    "/footfall.v1.JobService/ListJobRuns": _ADMINS.own_only(),
    "/footfall.v1.JobService/RunJob": _ADMINS.own_only(),
    "/footfall.v1.WebhookService/CreateWebhook": _ADMINS,
    "/footfall.v1.WebhookService/GetWebhook": _ADMINS,
    "/footfall.v1.WebhookService/ListWebhooks": _ADMINS.own_only(),
    "/footfall.v1.WebhookService/UpdateWebhook": _ADMINS,
    "/footfall.v1.WebhookService/DeleteWebhook": _ADMINS,
    "/footfall.v1.WebhookService/RotateWebhookSecret": _ADMINS,
    "/footfall.v1.WebhookService/TestWebhook": _ADMINS,
    "/footfall.v1.WebhookService/ListWebhookDeliveries": _ADMINS,
    "/footfall.v1.WebhookService/ReplayWebhookDelivery": _ADMINS,
    "/footfall.v1.WebhookService/ReplayWebhookDeliveries": _ADMINS,
    "/footfall.v1.AuditService/ListAuditEntries": _ACTING_ADMINS.own_only(),
    "/footfall.v1.AuditService/ExportAuditEntries": _ACTING_ADMINS.own_only(),
    "/grpc.health.v1.Health/Check": _PUBLIC,
    "/grpc.health.v1.Health/List": _PUBLIC,
    "/grpc.health.v1.Health/Watch": _PUBLIC,
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo": _PUBLIC,
}


def check_permissions(served: Iterable[str], permissions: Mapping[str, Permission] = PERMISSIONS) -> None:
    """Raises UnknownMethodError unless the table and the served methods are the same."""
    methods = frozenset(served)
    if differing := sorted(methods ^ permissions.keys()):
        raise UnknownMethodError(f"served methods and the permission table differ in {', '.join(differing)}")
