"""An index for the record's filter by date."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("record", "0003_about")]

    operations = [
        migrations.AddIndex("entry", models.Index(fields=["at"], name="entry_by_instant")),
    ]
