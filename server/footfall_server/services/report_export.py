"""Reports as files, a piece at a time."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import datetime
from typing import Final

from footfall_server.domain.identity import Principal
from footfall_server.domain.report_file import ReportFormat, ReportHead
from footfall_server.ports import Clock
from footfall_server.services.report_csv import header, lines
from footfall_server.services.report_picture import ReportBook
from footfall_server.services.reports import ReportService, VisitorsQuery

OpenBook = Callable[[ReportHead, ReportFormat, datetime], ReportBook]

_PIECE: Final = 256 * 1024
"""Bytes of a file in one message."""


class ReportExport:
    """Writes reports as CSV and draws them. One page is drawn at a time, whoever asks."""

    def __init__(self, *, reports: ReportService, open_book: OpenBook, clock: Clock) -> None:
        self._reports = reports
        self._open_book = open_book
        self._clock = clock
        # By turns page by page, so that a long file keeps nobody waiting for all of it.
        self._drawing = asyncio.Semaphore(1)

    async def pieces(
        self, principal: Principal, query: VisitorsQuery, *, by_site: bool, file_format: ReportFormat
    ) -> AsyncGenerator[bytes, None]:
        """The file. Raises as ReportService.head, before anything is given."""
        head = await self._reports.head(principal, query, by_site=by_site, file_format=file_format)
        if file_format is ReportFormat.CSV:
            text = self._csv(principal, query, by_site=by_site)
            async with aclosing(text) as written:
                async for piece in written:
                    yield piece
            return
        drawn = await self._drawn(principal, query, head, by_site=by_site, file_format=file_format)
        for start in range(0, len(drawn), _PIECE):
            yield drawn[start : start + _PIECE]

    async def _csv(
        self, principal: Principal, query: VisitorsQuery, *, by_site: bool
    ) -> AsyncGenerator[bytes, None]:
        yield header().encode()
        found = self._reports.parts(principal, query, by_site=by_site, named=by_site)
        async with aclosing(found) as parts:
            async for part in parts:
                site = part.sites[0].name or str(part.sites[0].site_id) if by_site else ""
                yield lines(part.report, site=site, time_zones=part.time_zones).encode()

    async def _drawn(
        self,
        principal: Principal,
        query: VisitorsQuery,
        head: ReportHead,
        *,
        by_site: bool,
        file_format: ReportFormat,
    ) -> bytes:
        # matplotlib is imported with the first book.
        book = await asyncio.to_thread(self._open_book, head, file_format, self._clock.now())
        # Without any site there is a page that says so.
        found = self._reports.parts(principal, query, by_site=by_site and head.parts > 0, named=True)
        async with aclosing(found) as parts:
            async for part in parts:
                async with self._drawing:
                    await asyncio.to_thread(book.add, part)
        return await asyncio.to_thread(book.close)
