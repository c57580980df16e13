import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('chargers', '0014_answer_without_credit'),
        ('accounts', '0001_initial'),
        ('smartcharging', '0006_readback'),
    ]

    operations = [
        migrations.AlterField(
            model_name='need',
            name='source',
            field=models.CharField(choices=[('car', 'The car itself'), ('driver', 'The driver'), ('operator', 'The operator'), ('fleet', "The fleet's schedule"), ('tag', 'Usual for this ID tag'), ('group', 'Usual for this group'), ('battery', 'Its state of charge'), ('history', 'Estimated from earlier sessions')], max_length=10),
        ),
        migrations.CreateModel(
            name='VisitDigest',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('visits', models.JSONField(default=list)),
                ('oldest_at', models.DateTimeField()),
                ('learned_at', models.DateTimeField()),
                ('id_tag', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='visit_digests', to='chargers.idtag')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='visit_digests', to='accounts.organisation')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='visit_digests', to='chargers.site')),
            ],
            options={
                'ordering': ['site_id', 'id'],
                'constraints': [models.UniqueConstraint(fields=('site', 'id_tag'), name='visit_digest_once', nulls_distinct=False)],
            },
        ),
    ]
