from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0002_jobs_by_end"),
    ]

    operations = [
        migrations.AddField(
            model_name="batchjob",
            name="request_id",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=64),
        ),
    ]
