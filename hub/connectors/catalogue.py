"""Every event the hub understands, and what reads it. A new event is one line here, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

from hub.connectors import (
    blood,
    consent,
    council,
    directory,
    donation,
    organ,
    party,
    project,
    registry,
    rescue,
    stem_cell,
    training,
    volunteer,
)
from hub.connectors.draft import Draft
from hub.connectors.reading import Event, Reading

Connect: TypeAlias = Callable[[Event, Reading], Draft]
"""Make a draft of a decoded event; raise DeadLetterError when the source must put it right."""


Forget: TypeAlias = Callable[[Event], str]
"""Name the flow (a counter) in which an event about somebody who must stay unknown is counted, or return
an empty text. It decides before anything else of the event is read."""


class Connector(NamedTuple):
    """What reads one type of event. Its schema says on which topic it comes and if it is a prohibition."""

    ce_type: str
    connect: Connect
    forget: Forget | None = None


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
    Connector("invitation.delivered.v1", registry.delivered),
    Connector("org.established.v1", directory.established),
    Connector("org.dissolved.v1", directory.dissolved),
    Connector("org.moved.v1", directory.moved),
    Connector("region.changed.v1", directory.region_changed),
    Connector("population.published.v1", directory.population_published),
    Connector("volunteer.registered.v1", volunteer.registered),
    Connector("volunteer.hours.accrued.v1", volunteer.hours_accrued),
    Connector("volunteer.left.v1", volunteer.left),
    Connector("donation.money.received.v1", donation.money_received, donation.anonymous),
    Connector("donation.money.refunded.v1", donation.money_refunded),
    Connector("council.candidate.nominated.v1", council.candidate_nominated),
    Connector("council.candidate.withdrawn.v1", council.candidate_withdrawn),
    Connector("project.participant.enrolled.v1", project.participant_enrolled, project.beneficiary),
    Connector("blood.donation.qualified.v1", blood.donation_qualified),
    Connector("hsc.donor.registered.v1", stem_cell.donor_registered),
    Connector("hsc.donation.completed.v1", stem_cell.donation_completed),
    Connector("organ.intent.registered.v1", organ.intent_registered),
    Connector("organ.intent.revoked.v1", organ.intent_revoked),
    Connector("organ.family.contactable.v1", organ.family_contactable),
)
"""Every connector, in the order of the reference page."""

BY_TYPE: Final[dict[str, Connect]] = {connector.ce_type: connector.connect for connector in CONNECTORS}

FORGETTING: Final[dict[str, Forget]] = {
    connector.ce_type: connector.forget for connector in CONNECTORS if connector.forget is not None
}
"""The types of which some events are only counted."""
