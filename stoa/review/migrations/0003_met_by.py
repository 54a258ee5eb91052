"""By what those are known who are in conflict with a piece, for finding them by an index; and indexes of what is to be read."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

MARKS = """
UPDATE review_piece SET met_by = ARRAY(
    SELECT DISTINCT mark
    FROM jsonb_array_elements(authors) AS author,
        LATERAL (
            SELECT 'is ' || key FROM jsonb_array_elements_text(coalesce(author -> 'keys', '[]')) AS key
            UNION ALL
            SELECT 'of ' || (wrote ->> 0) FROM jsonb_array_elements(coalesce(author -> 'wrote_with', '[]')) AS wrote
            UNION ALL
            SELECT 'of ' || key FROM jsonb_array_elements_text(coalesce(author -> 'advised', '[]')) AS key
            UNION ALL
            SELECT 'of ' || key FROM jsonb_array_elements_text(coalesce(author -> 'tied', '[]')) AS key
            UNION ALL
            SELECT 'at ' || (house ->> 0) FROM jsonb_array_elements(coalesce(author -> 'organisations', '[]')) AS house
        ) AS marks (mark)
    WHERE mark IS NOT NULL
    ORDER BY mark
)
WHERE withdrawn IS NULL AND authors <> '[]'
"""
"""As `stoa.methods.conflicts.marks`, whatever the day: a mark too many makes a piece be compared that need not be."""


class Migration(migrations.Migration):
    """Add the marks, fill them, and index them."""

    dependencies = [("review", "0002_reminded")]

    operations = [
        migrations.AddField(
            "piece",
            "met_by",
            django.contrib.postgres.fields.ArrayField(
                models.TextField(), default=list, help_text="what somebody is known by who is in conflict with it"
            ),
        ),
        migrations.RunSQL(MARKS, migrations.RunSQL.noop),
        migrations.AddIndex(
            "piece", models.Index(fields=["panel", "number"], condition=models.Q(withdrawn=None), name="piece_to_read")
        ),
        migrations.AddIndex(
            "piece",
            models.Index(fields=["panel"], condition=models.Q(withdrawn__isnull=False), name="piece_withdrawn"),
        ),
        migrations.AddIndex("assignment", models.Index(fields=["seat", "state"], name="assignment_how_far")),
        migrations.AddIndex(
            "piece", django.contrib.postgres.indexes.GinIndex(fields=["met_by"], name="piece_by_conflict")
        ),
    ]
