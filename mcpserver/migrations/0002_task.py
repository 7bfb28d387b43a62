import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mcpserver', '0001_initial'),
        ('oauth_bridge', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Task',
            fields=[
                ('id', models.CharField(editable=False, max_length=64, primary_key=True, serialize=False)),
                ('tool', models.CharField(max_length=64)),
                ('status', models.CharField(choices=[('working', 'working'), ('input_required', 'waits for answers'), ('completed', 'completed'), ('failed', 'failed'), ('cancelled', 'cancelled')], default='working', max_length=20)),
                ('status_message', models.CharField(blank=True, max_length=200)),
                ('created_at', models.DateTimeField()),
                ('last_updated_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('lease_until', models.DateTimeField()),
                ('sealed_requests', models.BinaryField(null=True)),
                ('sealed_answers', models.BinaryField(null=True)),
                ('sealed_outcome', models.BinaryField(null=True)),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='oauth_bridge.session')),
            ],
        ),
    ]
