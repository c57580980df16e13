"""Small parts of pages: figures, times, JSON, icons, vendored files."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from chargers.choices import TONES
from cpms.core import clock
from cpms.dashboard import formats, jsonview
from cpms.dashboard.templatetags import nav, ui
from cpms.ops import vendor

# Mails are read where no style sheet of ours reaches.
TEMPLATES = sorted(path for path in (vendor.ROOT / "templates").rglob("*.html") if path.parent.name != "mail")
ICONS = set(re.findall(r'<symbol id="([^"]+)"', (vendor.VENDOR / "tabler-icons" / "sprite.svg").read_text()))


@pytest.mark.parametrize(
    ("wh", "text"),
    [(0, "0.00"), (31_200, "31.20"), (999, "1.00"), (1_234_567_890, "1,234,567.89"), (None, None)],
)
def test_energy_is_written_in_kwh(wh: int | None, text: str | None) -> None:
    assert formats.kwh(wh) == text


@pytest.mark.parametrize(
    ("w", "text"), [(10_800, "10.8"), (0, "0.0"), (149_600, "150"), (-2500, "-2.5"), (None, None)]
)
def test_power_is_written_in_kw(w: int | None, text: str | None) -> None:
    assert formats.kw(w) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (3_240, "54 min"),
        (15_120, "4 h 12 min"),
        (14_400, "4 h"),
        (266_400, "3 d 2 h"),
        (-5, "0 s"),
    ],
)
def test_a_duration_is_written_in_its_two_largest_units(seconds: float, text: str) -> None:
    assert formats.duration(seconds) == text


@pytest.mark.parametrize(
    ("away", "text"),
    [
        (timedelta(seconds=-20), "just now"),
        (timedelta(minutes=-14.5), "14 min ago"),
        (timedelta(days=3, seconds=5), "in 3 d"),
    ],
)
def test_a_time_is_told_by_how_far_away_it_is(away: timedelta, text: str) -> None:
    assert formats.relative(clock.now() + away) == text


@pytest.mark.parametrize(
    "text",
    ["<script>", '{"<b>": "</pre><script>"}', '["\\u003cscript>"]', "&lt;", '{"a": "\\"<i>"}', "[" * 50_000],
)
def test_hostile_json_is_shown_as_text(text: str) -> None:
    tags = re.findall(r"<[^>]*>", jsonview.marked(text))
    assert set(tags) <= {
        '<span class="k">',
        '<span class="s">',
        '<span class="n">',
        '<span class="l">',
        "</span>",
    }


def test_keys_and_values_are_told_apart() -> None:
    html = jsonview.marked('{"a": ["x", 1.5, true, null]}')
    assert '<span class="k">&quot;a&quot;</span>' in html
    assert '<span class="s">&quot;x&quot;</span>' in html
    assert '<span class="n">1.5</span>' in html
    assert '<span class="l">null</span>' in html


def test_a_state_nobody_knows_is_shown_as_it_is() -> None:
    assert "&lt;odd&gt;" in ui.badge("TransactionState", "<odd>")


def test_every_tone_comes_with_an_icon_and_a_word() -> None:
    for tone in TONES:
        html = ui.tone(tone, "word")
        assert "word" in html
        assert ui.TONE_ICONS[tone] in ICONS


def test_every_icon_asked_for_is_in_the_sprite() -> None:
    asked = {area.icon for area in nav.AREAS}
    for template in TEMPLATES:
        asked |= set(re.findall(r'{% (?:icon|sprite) ["\']([^"\']+)', template.read_text()))
    assert asked
    assert asked <= ICONS


def test_the_vendored_files_are_those_of_the_checksums() -> None:
    vendor.check()


def test_a_changed_vendored_file_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendor, "VENDOR", tmp_path)
    monkeypatch.setattr(vendor, "CHECKSUMS", tmp_path / "CHECKSUMS")
    (tmp_path / "a.js").write_text("1")
    (tmp_path / "CHECKSUMS").write_text(vendor.checksums())
    vendor.check()
    (tmp_path / "a.js").write_text("2")
    with pytest.raises(vendor.VendorError, match="make vendor"):
        vendor.check()


def test_every_vendored_package_keeps_its_licence() -> None:
    for package in vendor.PACKAGES:
        assert (vendor.VENDOR / package.folder / "LICENSE").stat().st_size > 300


@pytest.mark.parametrize("forbidden", [r'\s(?:style|on[a-z]+)="', r'(?:src|href)="(?:https?:)?//'])
def test_no_template_carries_inline_styles_handlers_or_foreign_assets(forbidden: str) -> None:
    assert len(TEMPLATES) > 200
    assert not [path for path in TEMPLATES if re.search(forbidden, path.read_text())]
