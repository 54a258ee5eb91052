"""Names of applicants are sorted and found without accents."""

from typing import Any

from django.db import migrations

from stoa.methods.names import sort_key


def put_anew(apps: Any, _editor: Any) -> None:
    """The key of every application whose name has another than it had."""
    application = apps.get_model("members", "Application")
    for one in application.objects.only("name", "sort_name").iterator():
        if one.sort_name != (key := sort_key(one.name)[:120]):
            application.objects.filter(pk=one.pk).update(sort_name=key)


class Migration(migrations.Migration):
    """Put the keys anew."""

    dependencies = [("members", "0013_parts")]

    operations = [migrations.RunPython(put_anew, migrations.RunPython.noop)]
