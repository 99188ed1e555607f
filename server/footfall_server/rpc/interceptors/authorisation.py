"""Whether the caller may: the role against the permission table. Sites are checked where they are known."""

from collections.abc import Mapping
from typing import Any

from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.rpc.call_context import current_principal
from footfall_server.rpc.interceptors.behaviour import Behaviour, BehaviourInterceptor, Context, Handler
from footfall_server.rpc.permissions import Permission, Scope
from footfall_server.services.scope import tenant_of


class Authorisation(BehaviourInterceptor):
    """Refuses callers whose role the table does not name, and methods that it does not know."""

    def __init__(self, *, permissions: Mapping[str, Permission]) -> None:
        super().__init__()
        self._permissions = permissions

    def around(self, method: str, handler: Handler, inner: Behaviour) -> Behaviour:
        del handler
        permission = self._permissions.get(method)
        if permission is not None and permission.scope is Scope.PUBLIC:
            return inner

        async def behave(request: Any, context: Context) -> Any:
            principal = current_principal()
            if permission is None or principal.role not in permission.roles:
                raise FootfallError(
                    ErrorKind.PERMISSION_DENIED, "PERMISSION_DENIED", "your role may not call this method"
                )
            if permission.scope is Scope.TENANT:
                tenant_of(principal)
            return await inner(request, context)

        return behave
