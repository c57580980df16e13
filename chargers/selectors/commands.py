"""Reading what stations are asked to do, each query starting from the viewer."""

from django.db.models import QuerySet

from chargers.models import BulkCommand, BulkItem, Command, Reservation, ScheduledCommand
from cpms.accounts.viewer import Viewer


def commands_for(viewer: Viewer) -> QuerySet[Command]:
    """Commands with their station, newest first."""
    commands = Command.objects.filter(station__organisation_id__in=viewer.organisations("commands.view"))
    return commands.select_related("station").order_by("-created_at", "-id")


def reservations_for(viewer: Viewer) -> QuerySet[Reservation]:
    """Reservations with station, tag and transaction, newest first."""
    rows = Reservation.objects.filter(organisation_id__in=viewer.organisations("stations.view"))
    tied = rows.select_related("station__connection", "id_tag", "transaction")
    return tied.order_by("-created_at", "-id")


def bulk_commands_for(viewer: Viewer) -> QuerySet[BulkCommand]:
    """Bulk commands, newest first."""
    rows = BulkCommand.objects.filter(organisation_id__in=viewer.organisations("commands.view"))
    return rows.order_by("-created_at", "-id")


def bulk_items_for(viewer: Viewer, bulk: BulkCommand) -> QuerySet[BulkItem]:
    """The stations of a bulk command with their commands; empty when the viewer may not see it."""
    if not viewer.may("commands.view", bulk.organisation_id):
        return BulkItem.objects.none()
    return bulk.items.select_related("station__connection", "command").order_by("id")


def scheduled_for(viewer: Viewer) -> QuerySet[ScheduledCommand]:
    """Commands that wait for their moment or did, newest first."""
    rows = ScheduledCommand.objects.filter(station__organisation_id__in=viewer.organisations("commands.view"))
    return rows.select_related("station", "command").order_by("-created_at", "-id")
