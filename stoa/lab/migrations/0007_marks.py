"""Marks of samples as an array with an index, so that those of every earlier log are asked for."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('lab', '0006_logs_with_secrets'),
    ]

    operations = [
        migrations.RunSQL(
            "alter table lab_runmarks alter marks type varchar(24)[] using string_to_array(rtrim(marks, chr(10)), chr(10))::varchar(24)[]",
            "alter table lab_runmarks alter marks type text using array_to_string(marks, chr(10))",
            state_operations=[
                migrations.AlterField(
                    model_name='runmarks',
                    name='marks',
                    field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=24), default=list, size=None),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name='runmarks',
            index=django.contrib.postgres.indexes.GinIndex(fields=['marks'], name='run_by_mark'),
        ),
    ]
