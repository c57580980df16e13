"""Template tags of the interface: icons, tones, figures with their units, times, form fields."""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, Select, Textarea
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from billing import choices as billing_choices
from chargers import choices
from chargers.models import Command, IdTag
from smartcharging import choices as energy_choices

from .. import formats, jsonview

register = template.Library()

TONE_ICONS = {
    choices.AVAILABLE: "circle-check",
    choices.CHARGING: "bolt",
    choices.WAITING: "clock-pause",
    choices.FAULT: "alert-triangle",
    choices.OFFLINE: "circle-dashed",
}
_CHOICES = (choices, billing_choices, energy_choices)
NOTHING = format_html('<span class="faint">{}</span>', formats.DASH)


@register.simple_tag
def sprite(name: str) -> str:
    """The address of one icon."""
    return f"{static('vendor/tabler-icons/sprite.svg')}#{name}"


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One icon of the sprite. Decorative unless it gets a label."""
    hidden = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html('<svg class="icon" {}><use href="{}"></use></svg>', hidden, sprite(name))


def member(kind: str, value: str) -> Any:
    """The member of `<kind>` in the choices of chargers, billing or energy; None for a value it does not know."""
    enum = next(getattr(home, kind) for home in _CHOICES if hasattr(home, kind))
    return enum(value) if value in enum.values else None


@register.simple_tag
def badge(kind: str, value: str, note: str = "") -> SafeString:
    """A state as icon, word and tone, e.g. `{% badge "TransactionState" transaction.state %}`."""
    known = member(kind, value)
    return tone(known.tone if known else choices.OFFLINE, known.label if known else value or "Unknown", note)


@register.simple_tag
def effect_badge(command: Command) -> SafeString:
    """Whether a command was seen to happen; a dash when there is nothing to see."""
    if command.effect == choices.CommandEffect.NONE:
        return NOTHING
    return badge("CommandEffect", command.effect, command.effect_note)


@register.simple_tag
def tag_badge(tag: IdTag) -> SafeString:
    """Whether an ID tag may charge: what we decided, and its expiry."""
    if tag.status == choices.TagStatus.ACTIVE and tag.expires_at and tag.expires_at <= timezone.now():
        return badge("AuthorizationStatus", choices.AuthorizationStatus.EXPIRED)
    return badge("TagStatus", tag.status)


@register.simple_tag
def tone(name: str, text: str, note: str = "") -> SafeString:
    """A tone badge with a word of its own; `note` is shown on hover."""
    title = format_html(' title="{}"', note) if note else ""
    return format_html('<span class="tone tone-{}"{}>{} {}</span>', name, title, icon(TONE_ICONS[name]), text)


@register.simple_tag
def tone_count(name: str, number: int, word: str) -> SafeString:
    """How many are in a tone, as icon and figure; the word is for screen readers and on hover."""
    parts = (name, f"{number} {word}", icon(TONE_ICONS[name]), number, word)
    return format_html(
        '<span class="tone-count tone-{}" title="{}">{}{}<span class="visually-hidden"> {}</span></span>',
        *parts,
    )


@register.simple_tag
def tone_icon(name: str) -> SafeString:
    """The icon that goes with a tone."""
    return icon(TONE_ICONS[name])


@register.filter
def tone_of(value: str, kind: str) -> str:
    """The tone of a stored state: `{{ transaction.state|tone_of:"TransactionState" }}`."""
    known = member(kind, value)
    return known.tone if known else choices.OFFLINE


@register.filter
def label_of(value: str, kind: str) -> str:
    """The word people read for a stored state."""
    known = member(kind, value)
    return known.label if known else value


def _with_unit(figure: str | None, unit: str) -> SafeString:
    if figure is None:
        return NOTHING
    return format_html('<span class="nowrap">{} <span class="unit">{}</span></span>', figure, unit)


@register.filter
def profile_label(number: int) -> str:
    """A security profile in words."""
    known = number in choices.SecurityProfile.values
    return choices.SecurityProfile(number).label if known else str(number)


@register.filter
def kwh(energy_wh: int | None) -> SafeString:
    """31200 becomes `31.20 kWh`."""
    return _with_unit(formats.kwh(energy_wh), "kWh")


@register.filter
def kw(power_w: int | float | None) -> SafeString:
    """10800 becomes `10.8 kW`."""
    return _with_unit(formats.kw(power_w), "kW")


@register.filter
def unit(figure: Any, name: str) -> SafeString:
    """A figure with its unit in the lighter weight; nothing for None."""
    return _with_unit(None if figure is None else str(figure), name)


@register.filter
def duration(length: timedelta | float | None) -> str:
    """`4 h 12 min`; numbers are seconds."""
    return formats.duration(length)


@register.filter
def until(start: datetime, end: datetime) -> str:
    """The time between two moments."""
    return formats.duration(end - start)


def _exact(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local:%Y-%m-%d %H:%M:%S} {local.tzname()}"


@register.filter
def ago(moment: datetime | None) -> SafeString:
    """A relative time, the exact one on hover; the page keeps it true while it is open."""
    if moment is None:
        return NOTHING
    parts = (moment.isoformat(), _exact(moment), formats.relative(moment))
    return format_html('<time datetime="{}" title="{}" data-relative>{}</time>', *parts)


@register.filter
def since(moment: datetime | None) -> SafeString:
    """How long something has been going on; the page keeps counting."""
    if moment is None:
        return NOTHING
    length = formats.duration((timezone.now() - moment).total_seconds())
    parts = (moment.isoformat(), f"since {_exact(moment)}", length)
    return format_html('<time datetime="{}" title="{}" data-since>{}</time>', *parts)


@register.filter
def exact(moment: datetime | None) -> SafeString:
    """Date, time and zone in full."""
    if moment is None:
        return NOTHING
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), _exact(moment))


@register.filter
def clock(moment: datetime | None) -> SafeString:
    """The time of day; the date and zone on hover."""
    if moment is None:
        return NOTHING
    parts = (moment.isoformat(), _exact(moment), f"{timezone.localtime(moment):%H:%M:%S}")
    return format_html('<time datetime="{}" title="{}">{}</time>', *parts)


@register.filter
def day_and_clock(moment: datetime | None) -> SafeString:
    """`21 Nov 08:02`, the full time with its zone on hover; the year only when it is not this one."""
    if moment is None:
        return NOTHING
    local = timezone.localtime(moment)
    year = "" if local.year == timezone.localtime().year else f" {local.year}"
    text = f"{local.day} {local:%b}{year} {local:%H:%M}"
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), _exact(moment), text)


@register.filter
def marked_json(text: str | None) -> SafeString:
    """JSON text indented and marked, safe for hostile input."""
    return jsonview.marked(text)


@register.filter
def percent_of(part: float | None, whole: float | None) -> int:
    """A share from 0 to 100, for bars."""
    return min(100, max(0, round(100 * (part or 0) / whole))) if whole else 0


_CLASSES = {CheckboxInput: "form-check-input", Select: "form-select"}


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, width: str = "") -> dict[str, Any]:
    """One form field: label, control, hint and errors, wired together for screen readers."""
    widget = bound.field.widget
    css = next((name for kind, name in _CLASSES.items() if isinstance(widget, kind)), "form-control")
    described = [f"{bound.auto_id}_{part}" for part in ("hint", "error") if getattr(bound, _PARTS[part])]
    attrs: dict[str, str | bool] = {"class": f"{css} {widget.attrs.get('class', '')}".strip()}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    many = isinstance(widget, CheckboxSelectMultiple)
    if many:
        widget.attrs.setdefault("class", "form-check-input")
    return {
        "bound": bound,
        "control": bound if many else bound.as_widget(attrs=attrs),
        "check": isinstance(widget, CheckboxInput),
        "many": many,
        "long": isinstance(widget, Textarea),
        "width": width,
    }


@register.simple_tag
def bare(bound: BoundField) -> SafeString:
    """A form control in a table, where its heading is the label people see; screen readers get its own."""
    css = next(
        (name for kind, name in _CLASSES.items() if isinstance(bound.field.widget, kind)), "form-control"
    )
    return bound.as_widget(attrs={"class": css, "aria-label": str(bound.label)})


_PARTS = {"hint": "help_text", "error": "errors"}


@register.simple_tag(takes_context=True)
def sort_link(context: template.Context, key: str, label: str, numeric: bool = False) -> SafeString:
    """A table heading that sorts by `key`, a second click the other way; the order lives in the address."""
    query = context["request"].GET.copy()
    now = query.get("sort", context.get("default_sort", ""))
    query["sort"] = f"-{key}" if now == key else key
    query.pop("page", None)
    direction = {key: "ascending", f"-{key}": "descending"}.get(now)
    aria = format_html(' aria-sort="{}"', direction) if direction else ""
    arrow = icon("chevron-up" if direction == "ascending" else "chevron-down") if direction else ""
    css = mark_safe(' class="num"') if numeric else ""
    return format_html(
        '<th scope="col"{}{}><a href="?{}">{} {}</a></th>', css, aria, query.urlencode(), label, arrow
    )


@register.simple_tag
def spark(values: list[int]) -> SafeString:
    """A small curve of recent power readings; nothing for fewer than two."""
    if len(values) < 2:
        return mark_safe("")
    top = max(*values, 1)
    step = 100 / (len(values) - 1)
    points = [(round(i * step, 1), round(30 - 28 * value / top, 1)) for i, value in enumerate(values)]
    line = "M" + format_html_join("L", "{} {}", points)
    return format_html(
        '<svg class="spark" viewBox="0 0 100 31" preserveAspectRatio="none" aria-hidden="true">'
        '<path class="area" d="{}L100 31L0 31Z"></path><path d="{}"></path></svg>',
        line,
        line,
    )
