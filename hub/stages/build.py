"""Binds the stages to what they need from the machine: the codec, the keys, the packaged regions.

The one place where the whole hub is put together; the worker, the tests and the benchmarks all
start here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from hub import contracts, data
from hub.privacy.key_ring import KeyRing
from hub.stages.announcement import REGISTRY
from hub.stages.identity import IdentityStage
from hub.stages.intake import IntakeStage
from hub.stages.matching import MatchingStage
from hub.stages.sensitive import SensitiveStage
from hub.stages.tables import HubTables

if TYPE_CHECKING:
    from hub.schemas.codec import Codec
    from hub.settings import Settings
    from hub.stages.contract import Stage, Tables

__all__ = ("build_stages", "make_codec")


def make_codec(settings: Settings) -> Codec:
    """Return the codec; it reads the Confluent framing too when a schema registry file is set."""
    file = settings.schema_registry_file
    if file is None:
        return contracts.codec()
    registry = json.loads(file.read_text("utf-8"))
    return contracts.codec({int(number): json.dumps(schema) if isinstance(schema, dict) else schema
                            for number, schema in registry.items()})  # fmt: skip


def build_stages(
    settings: Settings, keys: KeyRing | None = None
) -> tuple[tuple[Stage, ...], Callable[[], Tables]]:
    """Return the hub's stages in the order of the flow, and a factory for its broadcast tables.

    Raises KeyRingError (a StopError) when ``settings.key_dir`` holds no readable key ring of the
    configured cipher suite, or one that has no sensitive key yet, or no key of the registry.
    """
    ring = keys if keys is not None else KeyRing.load(settings.key_dir, settings.cipher_suite)
    codec, blind, sealer = make_codec(settings), ring.blind_index(), ring.sealer()
    recipients = ring.recipients()
    recipients.require(REGISTRY)
    regions, crosswalk = data.regions(), data.crosswalk()
    stages: tuple[Stage, ...] = (
        IntakeStage(
            codec,
            blind,
            sealer,
            regions,
            crosswalk,
            sensitive=ring.sensitive_sealer(),
            valid_months=settings.valid_months,
            organ_quiet_days=settings.organ_quiet_days,
        ),
        IdentityStage(codec),
        SensitiveStage(codec, sealer, ring.sensitive_sealer()),
        MatchingStage(codec, blind, sealer, recipients, tombstone_days=settings.erasure_tombstone_days),
    )
    return stages, lambda: HubTables(codec, crosswalk)
