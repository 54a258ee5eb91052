"""An index of decisions in the order in which their page shows them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add it."""

    dependencies = [("members", "0011_drafted_invitations")]

    operations = [
        migrations.AddIndex("decision", models.Index(fields=["place", "id"], name="decision_by_place")),
    ]
