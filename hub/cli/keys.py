"""``hub keys``: make, rotate and show the keys that protect personal data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli.common import JsonOption, load_settings, new_app, print_json, print_table
from hub.errors import KeyRingError

if TYPE_CHECKING:
    from hub.privacy.key_ring import KeyRing

app = new_app(
    "Make, rotate and show the keys that protect personal data.\n\n"
    "The ring holds the pepper, from which every person's key is made and which never changes, the sealing "
    "keys and the sensitive keys (for what is of class s), which rotate. Keep a backup apart from the data: "
    "without the ring nobody the hub knows can be recognised or read again."
)

DirOption = Annotated[
    Path | None,
    typer.Option(
        "--dir",
        metavar="DIR",
        help="The key ring \\[env: HUB_KEY_DIR; default: .hub/keys].",
        show_default=False,
    ),
]


@app.command()
def init(
    *,
    directory: DirOption = None,
    suite: Annotated[
        str | None,
        typer.Option(
            help="sm = SM3/SM4, intl = SHA-256/AES \\[env: HUB_CIPHER_SUITE; default: sm].",
            show_default=False,
        ),
    ] = None,
    registry_key: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Also make the registry's key pair and write its private key here: for demonstrations only, "
            "in production the registry makes its own.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make the key ring of a new hub; an existing one is never overwritten.

    Example: hub keys init --dir /etc/hub/keys
    """
    from hub.privacy.key_ring import KeyRing
    from hub.privacy.suite import SUITES

    settings = load_settings(key_dir=directory, cipher_suite=suite)
    if registry_key is not None and registry_key.exists():  # before anything is made
        raise KeyRingError(
            "there is a file already, and it is never overwritten", str(registry_key), "choose another"
        )
    ring = KeyRing.create(settings.key_dir, SUITES[settings.cipher_suite])
    if registry_key is not None:
        ring = ring.make_recipient("registry", registry_key)
    if as_json:
        print_json(_public(ring))
        return
    typer.echo(f"made the key ring {ring.directory} (suite {ring.suite.name}, pepper {ring.pepper_id})")
    if registry_key is not None:
        typer.echo(f"made a key pair of the registry; its private key is in {registry_key}")
    typer.echo("next:")
    typer.echo("  back it up, apart from the data; it cannot be made again")
    if not ring.recipient_ids:
        typer.echo("  put the registry's X25519 public key (64 hexadecimal digits) into")
        typer.echo(f"  {ring.directory}/recipients/registry.pub")
    typer.echo("  give every worker the same ring; `hub keys show` prints the ids to compare")


@app.command()
def rotate(*, directory: DirOption = None, as_json: JsonOption = False) -> None:
    """Make a new sealing key and a new sensitive key current; the old ones stay, to open what they sealed.

    The pepper does not rotate: every person's key is made with it. A ring that was made before there were
    sensitive keys gets its first one this way. Copy the ring to every machine, then restart the workers one
    by one.

    Example: hub keys rotate
    """
    from hub.privacy.key_ring import KeyRing

    ring = KeyRing.load(load_settings(key_dir=directory).key_dir).rotate()
    if as_json:
        print_json(_public(ring))
        return
    typer.echo(f"current sealing key: {ring.key_ids[-1]} ({len(ring.key_ids)} in the ring)")
    typer.echo(f"current sensitive key: {ring.sensitive_ids[-1]} ({len(ring.sensitive_ids)} in the ring)")
    typer.echo("next: copy the ring to every machine, back it up, restart the workers one by one")


@app.command()
def show(*, directory: DirOption = None, as_json: JsonOption = False) -> None:
    """Show the ids of the keys, never a key.

    Example: hub keys show --json
    """
    from hub.privacy.key_ring import KeyRing

    ring = KeyRing.load(load_settings(key_dir=directory).key_dir)
    if as_json:
        print_json(_public(ring))
        return
    rows = [("pepper", ring.pepper_id, "", "never rotates")]
    rows += [
        ("sealing key", key, made_at, "current" if key == ring.key_ids[-1] else "opens only")
        for key, made_at in zip(ring.key_ids, ring.made_at, strict=True)
    ]
    rows += [
        ("sensitive key", key, made_at, "current" if key == ring.sensitive_ids[-1] else "opens only")
        for key, made_at in zip(ring.sensitive_ids, ring.sensitive_made_at, strict=True)
    ]
    if not ring.sensitive_ids:
        rows.append(("sensitive key", "none", "", "run `hub keys rotate`: the workers need one"))
    rows += [("recipient", key, "", name) for name, key in ring.recipient_ids.items()]
    print_table(("kind", "id", "made", ""), rows, title=f"{ring.directory} · suite {ring.suite.name}")


def _public(ring: KeyRing) -> dict[str, Any]:
    """Return what may be shown of a ring."""
    return {
        "directory": str(ring.directory),
        "suite": ring.suite.name,
        "pepper": ring.pepper_id,
        "keys": _shown(ring.key_ids, ring.made_at),
        "sensitive_keys": _shown(ring.sensitive_ids, ring.sensitive_made_at),
        "recipients": ring.recipient_ids,
    }


def _shown(ids: tuple[str, ...], made_at: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return what may be shown of keys of one kind; the last is the current one."""
    return [
        {"id": key, "made_at": made, "current": key == ids[-1]}
        for key, made in zip(ids, made_at, strict=True)
    ]
