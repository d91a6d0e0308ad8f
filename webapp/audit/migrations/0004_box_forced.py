from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0003_alerts_rows_checks_and_backups"),
    ]

    operations = [
        migrations.AlterField(
            model_name="auditevent",
            name="action",
            field=models.CharField(
                choices=[
                    ("published", "version published"),
                    ("accepted", "version accepted"),
                    ("rejected", "version rejected"),
                    ("deployed", "version deployed"),
                    ("promoted", "version promoted"),
                    ("rolled_back", "rolled back"),
                    ("withdrawn", "version withdrawn"),
                    ("overridden", "objection overruled"),
                    ("retired", "version retired"),
                    ("archived", "version archived"),
                    ("restored", "version restored"),
                    ("deleted", "version deleted"),
                    ("card_written", "model card written"),
                    ("model_changed", "model changed"),
                    ("endpoint_made", "endpoint made"),
                    ("endpoint_changed", "endpoint changed"),
                    ("endpoint_deleted", "endpoint deleted"),
                    ("exported", "rows exported"),
                    ("alerts_changed", "alert settings changed"),
                    ("alert_answered", "alert answered"),
                    ("alert_muted", "alert muted"),
                    ("deletion_ordered", "deletion of rows ordered"),
                    ("rows_deleted", "rows deleted"),
                    ("user_made", "user made"),
                    ("user_changed", "user changed"),
                    ("user_deleted", "user deleted"),
                    ("password_changed", "password changed"),
                    ("group_made", "group made"),
                    ("group_changed", "group changed"),
                    ("group_deleted", "group deleted"),
                    ("access_changed", "access changed"),
                    ("key_made", "API key made"),
                    ("key_revoked", "API key revoked"),
                    ("key_deleted", "API key deleted"),
                    ("logged_in", "logged in"),
                    ("log_in_failed", "log-in failed"),
                    ("logged_out", "logged out"),
                    ("lock_lifted", "lock on the log-in lifted"),
                    ("box_restored", "box restored from a backup"),
                    ("box_forced", "box installed although a check failed"),
                    ("box_backed_up", "backup made"),
                    ("check_key_made", "key made by a check that the box runs"),
                    ("check_key_ended", "key deleted by a check that the box runs"),
                ],
                db_index=True,
                max_length=16,
                verbose_name="what",
            ),
        ),
    ]
