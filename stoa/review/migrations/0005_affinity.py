from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('review', '0004_versions'),
    ]

    operations = [
        migrations.AddField(
            model_name='run',
            name='affinity',
            field=models.CharField(default='tf-idf/1', help_text='how it was told how close texts are', max_length=120),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='run',
            name='fault',
            field=models.CharField(blank=True, help_text='why that was not by embeddings although a server is set', max_length=120),
        ),
    ]
