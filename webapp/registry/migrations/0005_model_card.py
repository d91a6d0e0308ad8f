from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0004_comparisons")]

    operations = [
        migrations.AddField("registeredmodel", "purpose", models.TextField("what it is for", blank=True, default="")),
        migrations.AddField(
            "registeredmodel", "training_data", models.TextField("training data", blank=True, default="")
        ),
        migrations.AddField("registeredmodel", "limits", models.TextField("limits", blank=True, default="")),
        migrations.AddField("registeredmodel", "contact", models.TextField("contact", blank=True, default="")),
    ]
