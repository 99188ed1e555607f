"""Who is it? The rule that turns the closest known people into a decision. Pure.

Three zones: at `match` or above it is that person, below `new` it is nobody, and in between it is left
open, so that neither a stranger is taken for somebody nor one person becomes two. What is left open waits
for another look at the person.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from footfall_server.domain.face_event import FaceQuality
from footfall_server.domain.gallery_view import IdentityScore
from footfall_server.domain.quality_gates import may_be_compared, may_found
from footfall_server.domain.thresholds import Zones


class Rule(StrEnum):
    """Why a face was decided as it was."""

    ANONYMOUS = "anonymous"
    """Seen where nobody is recognised: counted, and nobody's."""
    OPTED_OUT = "opted_out"
    """The track is of somebody who asked not to be known again: counted, and nobody's."""
    BELOW_MATCH_GATE = "below_match_gate"
    """Too poor to be compared: counted, and nobody's."""
    SAME_TRACK = "same_track"
    """The track was recognised before."""
    MATCHED = "matched"
    """Clearly a customer."""
    CONFIRMED = "confirmed"
    """Clearly somebody who waited, who is a customer by this second look."""
    TOO_CLOSE_TO_CALL = "too_close_to_call"
    """Clearly one of two people, and not which."""
    WAITS = "waits"
    """Neither clearly somebody nor clearly nobody, or too poor to found a person."""
    NEW = "new"
    """Clearly nobody who is known, in a shot that is good enough to be recognised by."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided.

    `match` is who it is, and `zones` what it was measured by; `linked` are others of whom the face says
    that they are the same person. `margin` is how far the best is ahead of the next who is not.
    """

    rule: Rule
    zones: Zones
    match: IdentityScore | None = None
    linked: tuple[IdentityScore, ...] = ()
    margin: float | None = None


Scope = Callable[[IdentityScore], Zones]
"""The zones that hold for somebody: those of the site's gallery when seen there, else of the tenant's."""

Compatible = Callable[[IdentityScore, IdentityScore], bool]
"""Whether two people may be one, by their own faces and by what is known of them."""


def decide(
    scores: Sequence[IdentityScore], quality: FaceQuality, *, widest: Zones, scope: Scope, same: Compatible
) -> Verdict:
    """The decision on one face, given whoever may be it, best first.

    Who was seen at the site comes first, by the site's threshold: a gallery of hundreds asks for less
    than one of a hundred thousand. `widest` are the zones of the whole gallery, by which somebody is new.
    """
    if not may_be_compared(quality):
        return Verdict(Rule.BELOW_MATCH_GATE, widest)
    best = min(scores, key=lambda each: (scope(each).match - each.score, each.identity.root_id), default=None)
    if best is not None and best.score >= scope(best).match:
        return _matched(best, scores, scope(best), same)
    margin = scores[0].score - scores[1].score if len(scores) > 1 else None
    is_new = not scores or scores[0].score < widest.new
    rule = Rule.NEW if is_new and may_found(quality) else Rule.WAITS
    return Verdict(rule, scope(scores[0]) if scores else widest, margin=margin)


def _matched(best: IdentityScore, scores: Sequence[IdentityScore], zones: Zones, same: Compatible) -> Verdict:
    """Whoever else the face matches is either the same person, who waited as two, or a rival."""
    linked: list[IdentityScore] = []
    match, rival = best, None
    for other in scores:
        if other is best:
            continue
        one_waits = other.identity.is_waiting or match.identity.is_waiting
        if other.score >= zones.match and one_waits and same(best, other):
            # A customer remains; of people who all wait, the best one does.
            if match.identity.is_waiting and not other.identity.is_waiting:
                match, other = other, match  # noqa: PLW2901 - they change places
            linked.append(other)
        elif rival is None:
            rival = other
    margin = best.score - rival.score if rival is not None else None
    if margin is not None and margin < zones.margin:
        return Verdict(Rule.TOO_CLOSE_TO_CALL, zones, margin=margin)
    rule = Rule.CONFIRMED if match.identity.is_waiting else Rule.MATCHED
    return Verdict(rule, zones, match, tuple(linked), margin)
