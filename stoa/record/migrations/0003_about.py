"""Finds the entries about an object by the facts that name it: a question put to a round, a post on a question."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION record_about(body bytea) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT coalesce(array_agg(CASE key WHEN 'on' THEN value ELSE key || ':' || value END), '{}')
    FROM jsonb_each_text(convert_from(body, 'UTF8')::jsonb -> 'facts')
    WHERE key IN ('on', 'round', 'question', 'thread') AND value IS NOT NULL
$$;
CREATE INDEX entry_about ON record_entry USING gin (record_about(body)) WITH (fastupdate = off);
"""

BACKWARD = """
DROP INDEX entry_about;
DROP FUNCTION record_about(bytea);
"""


class Migration(migrations.Migration):
    """After the log is frozen."""

    dependencies = [("record", "0002_append_only")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
