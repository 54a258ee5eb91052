"""Logs that were found to hold an endpoint or a key are let go of, and with them what their verdicts quote."""

from django.db import migrations

LET_GO = """
update lab_run set upload_id = null, log_opens = null, found = jsonb_set(
    found,
    '{faults}',
    coalesce(
        (select jsonb_agg(case when fault->>'kind' like 'secret.%' then fault else fault - 'said' - 'found' end)
         from jsonb_array_elements(found->'faults') as fault),
        '[]'
    )
)
where jsonb_typeof(found->'faults') = 'array' and jsonb_typeof(found->'counts') = 'object'
and exists (select from jsonb_object_keys(found->'counts') as kind where kind like 'secret.%')
"""


class Migration(migrations.Migration):

    dependencies = [
        ('lab', '0005_incoming'),
    ]

    operations = [
        migrations.RunSQL(LET_GO, migrations.RunSQL.noop),
    ]
