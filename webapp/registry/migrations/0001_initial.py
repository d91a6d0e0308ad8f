import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RegisteredModel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.SlugField(unique=True, verbose_name="name")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("description", models.TextField(blank=True, verbose_name="description")),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="models",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
            ],
            options={
                "verbose_name": "model",
                "verbose_name_plural": "models",
                "ordering": ("name",),
            },
        ),
        migrations.CreateModel(
            name="ModelVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                (
                    "status",
                    models.CharField(
                        choices=[("inspecting", "being inspected"), ("ready", "ready"), ("rejected", "rejected")],
                        default="inspecting",
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                ("hint", models.TextField(blank=True, verbose_name="hint")),
                ("artifact_sha256", models.CharField(max_length=64)),
                ("reference_sha256", models.CharField(max_length=64)),
                ("digest", models.CharField(db_index=True, max_length=64, verbose_name="digest")),
                (
                    "publication_json",
                    models.JSONField(db_column="publication", default=dict, verbose_name="publication"),
                ),
                (
                    "manifest_json",
                    models.JSONField(blank=True, db_column="manifest", null=True, verbose_name="manifest"),
                ),
                (
                    "deploy_role",
                    models.CharField(
                        blank=True,
                        choices=[("", "nothing yet"), ("champion", "champion")],
                        default="",
                        max_length=16,
                        verbose_name="deploy as",
                    ),
                ),
                ("inspection_id", models.CharField(max_length=32, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="published")),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="published by",
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="registry.registeredmodel",
                        verbose_name="model",
                    ),
                ),
            ],
            options={
                "verbose_name": "version",
                "verbose_name_plural": "versions",
                "ordering": ("model", "-number"),
                "constraints": [
                    models.UniqueConstraint(fields=("model", "number"), name="one_version_per_number"),
                    models.UniqueConstraint(fields=("model", "digest"), name="one_version_per_digest"),
                ],
            },
        ),
    ]
