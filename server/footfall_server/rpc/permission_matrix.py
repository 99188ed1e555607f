"""The permission table as people read it: one line per method, one column per kind of caller."""

from collections.abc import Iterator, Mapping
from itertools import groupby

from footfall_server.domain.identity import Role
from footfall_server.rpc.permissions import PERMISSIONS, Elsewhere, Permission, Scope

_OURS = "/footfall.v1."
_YES = "yes"
_NO = "no"

BEGIN = '<!-- permissions: made by "make docs" -->'
END = "<!-- permissions: end -->"

_COLUMNS = (
    "method",
    "nobody",
    "worker",
    "site manager",
    "tenant admin",
    "system admin",
    "the same in a tenant",
    "of another tenant's",
    "of another site's",
)


def markdown(permissions: Mapping[str, Permission] = PERMISSIONS) -> str:
    """The table in Markdown, a section per service, in the order of the table."""
    return "\n".join(_lines(permissions)) + "\n"


def _lines(permissions: Mapping[str, Permission]) -> Iterator[str]:
    ours = [name for name in permissions if name.startswith(_OURS)]
    for service, names in groupby(ours, key=lambda name: name.removeprefix(_OURS).partition("/")[0]):
        yield ""
        yield f"#### {service}"
        yield ""
        yield _row(_COLUMNS)
        yield _row(["---"] * len(_COLUMNS))
        for name in names:
            yield _row(_cells(name.rpartition("/")[2], permissions[name]))


def _cells(method: str, permission: Permission) -> list[str]:
    public = permission.scope is Scope.PUBLIC
    by_role = [_YES if public or role in permission.roles else _NO for role in _ROLES]
    return [
        method,
        _YES if public else _NO,
        *by_role,
        _system_admin(permission, in_tenant=False),
        _system_admin(permission, in_tenant=True),
        _of_another_tenant(permission),
        _of_another_site(permission),
    ]


_ROLES = (Role.WORKER, Role.SITE_MANAGER, Role.TENANT_ADMIN)


def _system_admin(permission: Permission, *, in_tenant: bool) -> str:
    if permission.scope is Scope.PUBLIC:
        return _YES
    if Role.SYSTEM_ADMIN not in permission.roles:
        return _NO
    return "first a tenant" if permission.scope is Scope.TENANT and not in_tenant else _YES


def _of_another_tenant(permission: Permission) -> str:
    match permission.elsewhere:
        case Elsewhere.NOT_FOUND:
            return "not found"
        case Elsewhere.OWN_ONLY:
            return "own only"
        case Elsewhere.SHARED:
            return ""


def _of_another_site(permission: Permission) -> str:
    confined = permission.roles & {Role.SITE_MANAGER, Role.WORKER}
    if not confined or permission.scope is Scope.SELF:
        return ""
    return _of_another_tenant(permission) if permission.by_site else "whole tenant"


def _row(cells: "list[str] | tuple[str, ...]") -> str:
    return f"| {' | '.join(cells)} |"


def in_document(text: str) -> str:
    """The document with the table as it is now between its marks. Raises ValueError without them."""
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the document has no {BEGIN} and {END}")
    return f"{head}{begin}\n{markdown()}\n{end}{tail}"
