import django.db.models.deletion
from django.db import migrations, models

import stoa.kit.clock


class Migration(migrations.Migration):
    dependencies = [("agenda", "0003_weighing")]

    operations = [
        migrations.CreateModel(
            name="PublishedMap",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=stoa.kit.clock.now)),
                ("people", models.PositiveIntegerField()),
                ("secret", models.CharField(max_length=64)),
                ("data", models.JSONField()),
                (
                    "round",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="published_map", to="agenda.round"
                    ),
                ),
            ],
        ),
    ]
