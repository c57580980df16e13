"""Cards that were removed are to be forgotten by the provider, too; a top-up may leave its card behind."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def forget_removed(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    """Cards that were removed before anybody told the provider."""
    removed = apps.get_model("billing", "PaymentMethod").objects.filter(removed_at__isnull=False)
    removed.update(forget_at=models.F("removed_at"))


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('billing', '0019_card_pages'),
    ]

    operations = [
        migrations.AddField(
            model_name='paymentintent',
            name='keeps_card',
            field=models.BooleanField(default=False, help_text='Its payer wants the card kept that is entered for it.'),
        ),
        migrations.AddField(
            model_name='paymentmethod',
            name='forget_at',
            field=models.DateTimeField(help_text='When the provider is asked to keep it no longer. Empty: nothing is left to do.', null=True),
        ),
        migrations.AddField(
            model_name='paymentmethod',
            name='forget_attempts',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name='paymentmethod',
            index=models.Index(condition=models.Q(('forget_at__isnull', False)), fields=['forget_at'], name='payment_methods_to_forget'),
        ),
        migrations.AddConstraint(
            model_name='paymentmethod',
            constraint=models.CheckConstraint(condition=models.Q(('forget_at__isnull', True), ('removed_at__isnull', False), _connector='OR'), name='payment_method_forgotten_is_removed'),
        ),
        migrations.RunPython(forget_removed, migrations.RunPython.noop),
    ]
