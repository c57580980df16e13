import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("chargers", "0009_learned_facts"),
    ]

    operations = [
        migrations.AddField(
            model_name='chargingstation',
            name='former_key_hash',
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='stationconnection',
            name='pong_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='stationconnection',
            name='pong_epoch',
            field=models.BigIntegerField(default=0),
        ),
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(editable=False, max_length=40, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('kind', models.CharField(choices=[('orphan_stop', 'Stop for an unknown transaction'), ('offline_stop', 'Offline session without a match'), ('stop_conflict', 'Second stop with other figures'), ('inferred_end', 'No stop received'), ('late_stop', 'Real stop after a confirmed end'), ('meter_anomaly', 'Meter ran backwards or jumped'), ('stray_reading', 'Readings without a transaction'), ('clock', 'Times that cannot be true'), ('offline_start', 'Late report with a refused card'), ('quarantined', 'Message that could not be read fully')], max_length=20)),
                ('key', models.CharField(max_length=80)),
                ('state', models.CharField(choices=[('open', 'Open'), ('accepted', 'Fix accepted'), ('dismissed', 'Dismissed'), ('settled', 'Settled by itself')], default='open', max_length=10)),
                ('happened_at', models.DateTimeField(help_text='By our clock: when its cause came in.')),
                ('evidence', models.JSONField(default=dict)),
                ('options', models.JSONField(default=list)),
                ('resolved_at', models.DateTimeField(null=True)),
                ('resolved_by', models.CharField(blank=True, max_length=160)),
                ('fix', models.CharField(blank=True, choices=[('attach', 'Attach the stop to the transaction'), ('keep_first', 'Keep the first stop'), ('take_later', 'Accept the later stop'), ('confirm_end', 'Close with the last reading'), ('restore', 'Go back to the confirmed end'), ('take_steps', 'Count the forward steps'), ('take_plausible', 'Use the last plausible reading'), ('no_energy', 'Count no energy'), ('attach_readings', 'Attach the readings to the transaction'), ('own_duration', 'Use the duration the station counted'), ('assign_tag', 'Give it to the card'), ('keep', 'Leave it as it stands'), ('ignore', 'Ignore it')], help_text='The fix that was applied.', max_length=20)),
                ('reason', models.CharField(blank=True, help_text='Why, in the words of who decided.', max_length=255)),
                ('changes', models.JSONField(default=dict, help_text='What the fix changed: {"before": {}, "after": {}}.')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='cases', to='accounts.organisation')),
                ('station', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='cases', to='chargers.chargingstation')),
                ('transaction', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='cases', to='chargers.transaction')),
            ],
            options={
                'ordering': ['-happened_at', '-id'],
                'indexes': [models.Index(fields=['organisation', '-happened_at', '-id'], name='cases_by_time'), models.Index(condition=models.Q(('state', 'open')), fields=['organisation'], name='open_cases')],
                'constraints': [models.UniqueConstraint(fields=('station', 'kind', 'key'), name='case_once')],
            },
        ),
        migrations.CreateModel(
            name='RefusedHandshake',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('identity', models.CharField(max_length=48)),
                ('remote_address', models.CharField(blank=True, max_length=60)),
                ('reason', models.CharField(choices=[('no_password', 'No password'), ('wrong_password', 'Wrong password'), ('old_password', 'Replaced password'), ('padded_password', 'Password with blanks around it'), ('wrong_user', 'User name is not the identity'), ('wrong_path', 'Wrong path'), ('no_subprotocol', 'No subprotocol offered'), ('no_common_version', 'No version in common'), ('headers', 'Contradictory headers'), ('browser', 'A browser, not a charger'), ('contested', 'Its place was taken'), ('throttled', 'Held off after wrong passwords'), ('busy', 'Too many at once'), ('profile_too_low', 'Security profile too low'), ('certificate', 'Client certificate refused'), ('other', 'Refused')], max_length=20)),
                ('detail', models.CharField(blank=True, help_text='For example the path that was asked for.', max_length=255)),
                ('subprotocols', models.CharField(blank=True, max_length=255)),
                ('user_agent', models.CharField(blank=True, max_length=255)),
                ('count', models.PositiveIntegerField(default=1)),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
                ('station', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='refused_handshakes', to='chargers.chargingstation')),
            ],
            options={
                'ordering': ['-last_at'],
                'indexes': [models.Index(fields=['station', '-last_at'], name='refusals_by_station')],
                'constraints': [models.UniqueConstraint(fields=('station', 'remote_address', 'reason', 'detail'), name='refusal_once')],
            },
        ),
    ]
