"""Fetch the pinned front-end packages into `static/vendor` (`make vendor`), or check them (`--check`).

npm is needed here and nowhere else: the results are committed. Every archive is verified against the
integrity value pinned below; every file kept is listed with its SHA-256 in `static/vendor/CHECKSUMS`,
which `sha256sum -c` reads.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "static" / "vendor"
CHECKSUMS = VENDOR / "CHECKSUMS"


@dataclass(frozen=True)
class Package:
    """One npm package: exact version, its published integrity, and the files kept (source -> name)."""

    name: str
    version: str
    integrity: str
    folder: str
    files: dict[str, str] = field(default_factory=dict)


PACKAGES = (
    Package(
        name="@tabler/core",
        version="1.6.1",
        integrity="sha512-lgmR9gcxRp5JlLxcmRi9Rz85JrEvH6Bz71KnlcPVSa97wtwQNjgSs3g3fxwbAlulHyRMghhIV04QUuW3pqDsIg==",
        folder="tabler",
        files={"dist/css/tabler.min.css": "tabler.min.css"},
    ),
    Package(
        name="htmx.org",
        version="2.0.10",
        integrity="sha512-kdeJe7ZVwaS6QMz/ebBIVtZdpwen6L0OQ5GOhPV9MKBb196TCZeZu4yA7ZIQsaLKv7EpXz+So7KSXNuHXhj7Cw==",
        folder="htmx",
        files={"dist/htmx.min.js": "htmx.min.js", "LICENSE": "LICENSE"},
    ),
    Package(
        name="idiomorph",
        version="0.7.4",
        integrity="sha512-uCdSpLo3uMfqOmrwXTpR1k/sq4sSmKC7l4o/LdJOEU+MMMq+wkevRqOQYn3lP7vfz9Mv+USBEqPvi0XhdL9ENw==",
        folder="idiomorph",
        files={"dist/idiomorph-ext.min.js": "idiomorph-ext.min.js", "LICENSE": "LICENSE"},
    ),
    Package(
        name="uplot",
        version="1.6.32",
        integrity="sha512-KIMVnG68zvu5XXUbC4LQEPnhwOxBuLyW1AHtpm6IKTXImkbLgkMy+jabjLgSLMasNuGGzQm/ep3tOkyTxpiQIw==",
        folder="uplot",
        files={
            "dist/uPlot.iife.min.js": "uPlot.iife.min.js",
            "dist/uPlot.min.css": "uPlot.min.css",
            "LICENSE": "LICENSE",
        },
    ),
    Package(
        name="@tabler/icons",
        version="3.51.0",
        integrity="sha512-0pinvPZz7YeX+OSfxuEAbnEPWbocVXW5iU8h5lh41pYG8sZuQfpWECC980lxOT0clGIcNGn8xsBr+zKaRGdA/g==",
        folder="tabler-icons",
        files={"LICENSE": "LICENSE"},
    ),
)

# The outline icons the templates use, one name a line; a test compares the list with what they ask for.
ICONS = ROOT / "static" / "icons.txt"


# The package names MIT in package.json and in each banner, but carries no licence file of its own.
TABLER_CORE_LICENSE = """MIT License

Copyright (c) 2018-2026 The Tabler Authors
Copyright (c) 2018-2026 codecalm.net Pawel Kuna

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute,
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial
portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES
OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


class VendorError(Exception):
    """A package could not be fetched, or is not what was pinned; the text says which."""


def fetch(package: Package, into: Path) -> Path:
    """Download one package with `npm pack`, verify its integrity, unpack it; return the unpacked folder."""
    spec = f"{package.name}@{package.version}"
    packed = subprocess.run(
        ["npm", "pack", "--json", spec],  # noqa: S607
        cwd=into,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if packed.returncode:
        raise VendorError(f"npm could not fetch {spec}: {packed.stderr.strip().splitlines()[-1:]}")
    archive = into / json.loads(packed.stdout)[0]["filename"]
    verify_integrity(archive, package)
    target = into / package.folder
    with tarfile.open(archive) as tar:
        tar.extractall(target, filter="data")
    return target / "package"


def verify_integrity(archive: Path, package: Package) -> None:
    """Compare an archive with the pinned `sha512-...` value. Raises `VendorError` when they differ."""
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != package.integrity:
        raise VendorError(f"{package.name}@{package.version} is not the archive pinned (got sha512-{digest})")


def keep_files(package: Package, unpacked: Path) -> None:
    """Copy the wanted files without source map references: manifest storage refuses a dangling name."""
    target = VENDOR / package.folder
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for source, name in package.files.items():
        text = (unpacked / source).read_text(encoding="utf-8")
        text = re.sub(r"/\*# sourceMappingURL=.*?\*/|//# sourceMappingURL=\S+", "", text)
        (target / name).write_text(text.rstrip() + "\n", encoding="utf-8")


def write_sprite(icons: Path) -> None:
    """Write one SVG, a `<symbol>` for each name in `static/icons.txt`; pages ask for `sprite.svg#name`."""
    symbols = [symbol(icons / "icons" / "outline" / f"{name}.svg") for name in ICONS.read_text().split()]
    svg = '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"
    (VENDOR / "tabler-icons" / "sprite.svg").write_text(svg, encoding="utf-8")


def symbol(icon: Path) -> str:
    """Turn one outline icon into a `<symbol>`. Raises `VendorError` for a name the package does not have."""
    if not icon.exists():
        raise VendorError(f"there is no Tabler icon named {icon.stem}")
    paths = re.findall(r"<(?:path|circle|rect|line)\b[^>]*/>", icon.read_text(encoding="utf-8"))
    drawn = "".join(path for path in paths if 'stroke="none"' not in path)
    return (
        f'<symbol id="{icon.stem}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" '
        f'stroke-linecap="round" stroke-linejoin="round">{drawn}</symbol>'
    )


def checksums() -> str:
    """The SHA-256 of every vendored file, in the format of `sha256sum`, sorted by path."""
    files = sorted(path for path in VENDOR.rglob("*") if path.is_file() and path != CHECKSUMS)
    return "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(VENDOR)}\n" for path in files
    )


def vendor() -> None:
    """Fetch everything and write the files, the sprite and the checksums."""
    with tempfile.TemporaryDirectory() as folder:
        for package in PACKAGES:
            unpacked = fetch(package, Path(folder))
            keep_files(package, unpacked)
            if package.folder == "tabler-icons":
                write_sprite(unpacked)
    (VENDOR / "tabler" / "LICENSE").write_text(TABLER_CORE_LICENSE, encoding="utf-8")
    CHECKSUMS.write_text(checksums(), encoding="utf-8")


def check() -> None:
    """Raise `VendorError` when a vendored file was changed, added or lost since `make vendor`."""
    if not CHECKSUMS.exists() or CHECKSUMS.read_text(encoding="utf-8") != checksums():
        raise VendorError("static/vendor differs from static/vendor/CHECKSUMS; run `make vendor`")


def main() -> int:
    """Run from the command line; exit code 1 and one line on failure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare static/vendor with its checksums")
    try:
        check() if parser.parse_args().check else vendor()
    except (VendorError, OSError, subprocess.TimeoutExpired) as error:
        print(f"vendor: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
