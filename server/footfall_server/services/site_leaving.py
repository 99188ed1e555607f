"""What becomes of the managers of a site that is closed."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.identity import Principal
from footfall_server.ports import Transaction
from footfall_server.services.sign_ins import AccessEnder


async def release_managers(
    tx: Transaction, principal: Principal, site_id: UUID, *, at: datetime, access: AccessEnder
) -> None:
    """Takes the site from its managers' accounts. One who is left without a site cannot sign in any more.

    Never does an account that was confined to sites come to mean all sites. In an exclusive transaction, so
    that nobody is given the site meanwhile.
    """
    for user in await tx.users.confined_to(site_id):
        left = (user.site_ids or frozenset()) - {site_id}
        released = replace(
            user, site_ids=left, disabled_at=user.disabled_at if left else user.disabled_at or at
        )
        await tx.users.save(released)
        await access.end_access(tx, user.user_id, keep_session=None)
        told = {"site_closed": site_id, "sites_left": len(left), "disabled": released.disabled_at is not None}
        await tx.audit.append(
            AuditEntry.of(principal, Action.USER_UPDATE, user.user_id, at=at, detail=told, resource="user")
        )
