"""The schemas: whether each reads what its releases wrote, and the registry's file is of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.doctor.outcome import Finding, Outcome
from hub.errors import SchemaConflictError

if TYPE_CHECKING:
    from hub.doctor.outcome import Patient

__all__ = ("schemas",)


def schemas(patient: Patient) -> Outcome:
    """Compare every schema with its releases, and the schema registry's file with the catalogue."""
    from hub.contracts import catalogue
    from hub.schemas.compatibility import check_all
    from hub.stages.build import make_codec

    known = catalogue()
    findings = [
        Finding(f"{each.path or each.ce_type}: {each.what}", f"{each.ce_type} {each.direction}", each.cure)
        for each in check_all(known)
    ]
    unreleased = [schema.ce_type for schema in known if schema.version is None]
    if unreleased:
        findings.append(Finding(
            f"{len(unreleased)} schemas are not released: what they write may not be readable later",
            ", ".join(unreleased[:3]) + (" …" if len(unreleased) > 3 else ""),
            "run a released version of the hub; developers: `hub schemas release`", advice=True,
        ))  # fmt: skip
    told = f"{len(known)} schemas, {sum(len(schema.released) for schema in known)} released versions"
    file = patient.settings.schema_registry_file
    if file is not None:
        told += f", registry file {file.name}"
        try:
            make_codec(patient.settings)
        except SchemaConflictError as error:
            findings.append(Finding(error.what, error.where or str(file), error.cure))
        except (OSError, ValueError, TypeError, AttributeError) as error:
            findings.append(Finding(
                f"the schema registry's file cannot be read ({type(error).__name__})", str(file),
                'it must be JSON, {"id": schema, …}: export it again, or unset HUB_SCHEMA_REGISTRY_FILE',
            ))  # fmt: skip
    return Outcome(told, tuple(findings))
