"""The form of a local list."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from chargers.models import ChargingStation, IdTagGroup, LocalList, Site


class LocalListForm(forms.ModelForm):
    """A list: who is on it, who carries it."""

    groups = forms.ModelMultipleChoiceField(
        IdTagGroup.objects.none(),
        to_field_name="public_id",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Counts when not all ID tags are on the list.",
    )
    sites = forms.ModelMultipleChoiceField(
        Site.objects.none(),
        to_field_name="public_id",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Every station of these sites carries the list, also those added later.",
    )
    stations = forms.ModelMultipleChoiceField(
        ChargingStation.objects.none(),
        to_field_name="public_id",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="These carry it, whatever their site has.",
    )

    class Meta:
        model = LocalList
        fields = ["name", "every_tag", "automatic"]

    field_order = ["name", "every_tag", "groups", "sites", "stations", "automatic"]

    def __init__(
        self,
        *args: Any,
        groups: QuerySet[IdTagGroup],
        sites: QuerySet[Site],
        stations: QuerySet[ChargingStation],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (("groups", groups), ("sites", sites), ("stations", stations)):
            self.fields[name].queryset = rows  # type: ignore[attr-defined]
        if self.instance.pk:
            named = self.instance
            self.initial["groups"] = [group.public_id for group in named.groups.all()]
            self.initial["sites"] = [link.site.public_id for link in named.sites.select_related("site")]
            links = named.stations.select_related("station")
            self.initial["stations"] = [link.station.public_id for link in links]

    def clean(self) -> dict[str, Any]:
        """A list without anybody on it would lock everybody out."""
        cleaned = super().clean() or self.cleaned_data
        single = self.instance.pk and self.instance.tags.exists()
        if not cleaned.get("every_tag") and not cleaned.get("groups") and not single:
            raise ValidationError({"groups": "Choose a group, or put all ID tags on the list."})
        return cleaned
