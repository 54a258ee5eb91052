"""Names are sorted and found without accents."""

from typing import Any

from django.db import migrations

from stoa.methods.names import sort_key


def put_anew(apps: Any, _editor: Any) -> None:
    """The key of everybody whose name has another than it had."""
    person = apps.get_model("people", "Person")
    for one in person.objects.only("name", "sort_name").iterator():
        if one.sort_name != (key := sort_key(one.name)[:120]):
            person.objects.filter(pk=one.pk).update(sort_name=key)


class Migration(migrations.Migration):
    """Put the keys anew."""

    dependencies = [("people", "0010_terms")]

    operations = [migrations.RunPython(put_anew, migrations.RunPython.noop)]
