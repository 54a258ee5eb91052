"""What search knows: documents, and their words as the database keeps them itself, without accents and hyphens."""

from django.db import migrations, models

FORWARD = """
CREATE FUNCTION search_fold(given text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT regexp_replace(
        regexp_replace(translate(normalize(given, NFKD), '<>', '  '), U&'[\\0300-\\036f]', '', 'g'),
        '(\\w)-(?=\\w)', '\\1 ', 'g')
$$;
ALTER TABLE kit_document ADD COLUMN words tsvector NOT NULL GENERATED ALWAYS AS (
    CASE WHEN language = 'english' THEN
        setweight(to_tsvector('english', search_fold(title)), 'A') || setweight(to_tsvector('english', search_fold(text)), 'C')
    ELSE
        setweight(to_tsvector('simple', search_fold(title)), 'A') || setweight(to_tsvector('simple', search_fold(text)), 'C')
    END
) STORED;
CREATE INDEX document_words ON kit_document USING gin (words) WITH (fastupdate = off);
"""

BACKWARD = """
ALTER TABLE kit_document DROP COLUMN words;
DROP FUNCTION search_fold(text);
"""


class Migration(migrations.Migration):
    """After the outbox."""

    dependencies = [("kit", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Document",
            fields=[
                ("reference", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=40)),
                ("title", models.CharField(max_length=300)),
                ("text", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                ("language", models.CharField(max_length=10)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["-at"], name="document_latest"),
                    models.Index(fields=["kind", "-at"], name="document_by_kind"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["english", "simple"])), name="document_language"
                    )
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
