"""A table for what the web's processes count together; it is not written to the log, and empty after a crash."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kit", "0002_search")]

    operations = [
        migrations.CreateModel(
            name="Count",
            fields=[
                ("key", models.TextField(primary_key=True, serialize=False)),
                ("value", models.TextField()),
                ("expires", models.FloatField(help_text="seconds since 1970")),
            ],
            options={"indexes": [models.Index(fields=["expires"], name="count_by_expiry")]},
        ),
        migrations.RunSQL("ALTER TABLE kit_count SET UNLOGGED", "ALTER TABLE kit_count SET LOGGED"),
    ]
