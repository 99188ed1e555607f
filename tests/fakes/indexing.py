"""Waits until a chain's faces are in the index."""

from fakes.polling import until
from fakes.shop import Chain, Shop
from footfall_server.domain.change import TenantChanged


async def indexed(shop: Shop, chain: Chain) -> None:
    """Until the index writer has taken all faces, which marks them in their rows."""
    tenant_id = chain.tenant.tenant_id
    gallery = shop.transactions.tables(tenant_id).gallery
    # Nobody is told of staff's faces; the writer finds them when it next looks at the tenant.
    shop.changes.publish(TenantChanged(tenant_id, 0, frozenset()))
    await until(lambda: all(row.indexed_at is not None for row in gallery.values()))
