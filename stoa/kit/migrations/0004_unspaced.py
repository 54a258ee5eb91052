"""Search finds words of scripts that put no space between words: their letters stand in the index one by one."""

from django.db import migrations

UNSPACED = (
    "\\0E00-\\0EFF\\1000-\\109F\\1780-\\17FF\\3040-\\30FF\\31F0-\\31FF\\3400-\\4DBF\\4E00-\\9FFF\\+020000-\\+03FFFF"
)
FOLD = """
CREATE OR REPLACE FUNCTION search_fold(given text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT {}
$$;
"""
BEFORE = """regexp_replace(
        regexp_replace(translate(normalize(given, NFKD), '<>', '  '), U&'[\\0300-\\036f]', '', 'g'),
        '(\\w)-(?=\\w)', '\\1 ', 'g')"""
AFTER = f"regexp_replace({BEFORE}, U&'([{UNSPACED}])', ' \\1 ', 'g')"
AGAIN = f"UPDATE kit_document SET title = title WHERE title || text ~ U&'[{UNSPACED}]';"  # noqa: S608 - nothing typed stands in it


class Migration(migrations.Migration):
    """After the counts. What is kept already is indexed anew where it has such letters."""

    dependencies = [("kit", "0003_counts")]

    operations = [
        migrations.RunSQL(FOLD.format(AFTER) + AGAIN, FOLD.format(BEFORE) + AGAIN),
    ]
