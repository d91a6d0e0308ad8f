from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0001_initial"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="batchjob",
            index=models.Index(fields=["ended_at"], name="jobs_by_end"),
        ),
    ]
