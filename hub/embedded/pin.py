"""Write ``kafka.lock``: resolve Apache Kafka's jars with jgo, for developers.

``python -m hub.embedded.pin 4.0.2`` (or ``make broker-lock KAFKA=4.0.2``) walks Kafka's Maven
dependencies in pure Python, downloads each jar and records size and SHA-256. Running the hub resolves
nothing: that would cost 16 s of CPU on each new machine, and a pinned list costs none.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from pathlib import Path
from typing import Final

ROOTS: Final = (
    "org.apache.kafka:kafka_2.13:{version}",
    # Kafka's own dependencies bring no SLF4J binding: without one the broker is mute.
    "org.slf4j:slf4j-simple:1.7.36",
)
HEADER: Final = """\
# Apache Kafka {version} and all it needs, in class path order: SHA-256, size, path in a Maven repository.
# Written by `make broker-lock KAFKA={version}`; do not edit.
"""


def lock_text(version: str) -> str:
    """Resolve and hash; return the lock file's text."""
    import jgo

    lines = {}
    for root in ROOTS:
        with tempfile.TemporaryDirectory() as cache:
            environment = jgo.build(root.format(version=version), cache_dir=Path(cache))
            names = {path.name for path in environment.path.rglob("*.jar")}
        for artifact in jgo.resolve(root.format(version=version)):
            data = artifact.resolve().read_bytes()
            path = f"{artifact.component.path_prefix}/{artifact.filename}"
            if artifact.filename in names:
                lines[artifact.filename] = f"{hashlib.sha256(data).hexdigest()} {len(data)} {path}"
    return HEADER.format(version=version) + "".join(f"{lines[name]}\n" for name in sorted(lines))


if __name__ == "__main__":
    Path(__file__).with_name("kafka.lock").write_text(lock_text(sys.argv[1]), encoding="utf-8")
