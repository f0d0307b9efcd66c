"""Every event the hub understands, and what reads it. A new event is one line here, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

from hub.connectors import consent, directory, party, registry, rescue, training
from hub.connectors.draft import Draft
from hub.connectors.reading import Event, Reading

Connect: TypeAlias = Callable[[Event, Reading], Draft]
"""Make a draft of a decoded event; raise DeadLetterError when the source must put it right."""


class Connector(NamedTuple):
    """What reads one type of event. Its schema says on which topic it comes and if it is a prohibition."""

    ce_type: str
    connect: Connect


CONNECTORS: Final[tuple[Connector, ...]] = (
    Connector("training.course.completed.v1", training.course_completed),
    Connector("training.certificate.issued.v1", training.certificate_issued),
    Connector("training.certificate.renewed.v1", training.certificate_renewed),
    Connector("training.certificate.revoked.v1", training.certificate_revoked),
    Connector("rescue.member.registered.v1", rescue.member_registered),
    Connector("rescue.member.graded.v1", rescue.member_graded),
    Connector("rescue.member.left.v1", rescue.member_left),
    Connector("rescue.mission.participated.v1", rescue.mission_participated),
    Connector("consent.granted.v1", consent.granted),
    Connector("consent.withdrawn.v1", consent.withdrawn),
    Connector("party.identity.corrected.v1", party.identity_corrected),
    Connector("party.deceased.v1", party.deceased),
    Connector("subject.erasure.requested.v1", party.erasure_requested),
    Connector("member.application.submitted.v1", registry.application_submitted),
    Connector("member.admitted.v1", registry.admitted),
    Connector("member.declined.v1", registry.declined),
    Connector("member.transferred.v1", registry.transferred),
    Connector("member.lapsed.v1", registry.lapsed),
    Connector("member.resigned.v1", registry.resigned),
    Connector("member.expelled.v1", registry.expelled),
    Connector("member.corrected.v1", registry.corrected),
    Connector("invitation.responded.v1", registry.responded),
    Connector("org.established.v1", directory.established),
    Connector("org.dissolved.v1", directory.dissolved),
    Connector("org.moved.v1", directory.moved),
    Connector("region.changed.v1", directory.region_changed),
    Connector("population.published.v1", directory.population_published),
)
"""Every connector, in the order of the reference page."""

BY_TYPE: Final[dict[str, Connect]] = {connector.ce_type: connector.connect for connector in CONNECTORS}
