"""A box's places in a temporary directory, with a database like that of a box and one model in the store."""

import sqlite3
from contextlib import closing

import pytest

from appliance.keeping.backup import Box

DIGEST = "a" * 64
TABLES = """
CREATE TABLE django_migrations (app TEXT, name TEXT);
INSERT INTO django_migrations VALUES ('registry', '0001_initial');
CREATE TABLE registry_registeredmodel (id INTEGER);
INSERT INTO registry_registeredmodel VALUES (1);
CREATE TABLE registry_modelversion (digest TEXT, status TEXT);
CREATE TABLE jobs_batchjob (job_id TEXT, ended_at TEXT);
INSERT INTO jobs_batchjob VALUES ('ended', '2026-01-01'), ('running', NULL);
CREATE TABLE audit_auditevent (action TEXT);
"""


def make_database(path, digests=(DIGEST,)):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.executescript(TABLES)
        connection.executemany("INSERT INTO registry_modelversion VALUES (?, 'ready')", [(each,) for each in digests])
        connection.commit()


@pytest.fixture
def box(tmp_path):
    data = tmp_path / "data"
    for name in (f"models/{DIGEST}", "examples", "spool/batch/ended", "spool/batch/running"):
        (data / name).mkdir(parents=True)
    (data / "models" / DIGEST / "artifact").write_bytes(b"forest" * 1000)
    (data / "spool/batch/ended/result").write_text("answers")
    (data / "spool/batch/running/input").write_text("rows")
    make_database(data / "db.sqlite3")
    (tmp_path / "scratch").mkdir()
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials/secret-key").write_text("hush")
    (tmp_path / "bastide.env").write_text("BASTIDE_NAMES=box.example\n")
    return Box(
        data=data,
        settings_file=tmp_path / "bastide.env",
        credentials=tmp_path / "credentials",
        tls=tmp_path / "tls",
        scratch=tmp_path / "scratch",
        release="1-abc",
        names=("box.example",),
    )
