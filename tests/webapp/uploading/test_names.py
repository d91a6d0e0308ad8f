"""Names of files, as strangers choose them."""

import pytest

from webapp.uploading.names import cleaned_name


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("rows.csv", "rows.csv"),
        ("données 2026.csv", "données 2026.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\rows.xlsx", "rows.xlsx"),
        ("/", "upload"),
        ("", "upload"),
        ("..", "upload"),
        (" . ", "upload"),
        ("rows\x00\x1b[31m.csv", "rows [31m.csv"),
        ("rows\r\nSet-Cookie: a.csv", "rows Set-Cookie: a.csv"),
        ("invoice\u202efdp.csv", "invoice fdp.csv"),
        ("e\u0301.csv", "é.csv"),
        ("x" * 300 + ".parquet", "x" * 192 + ".parquet"),
        ("x." + "y" * 300, "." + "y" * 199),
    ],
)
def test_what_is_kept_of_a_name(given, kept):
    assert cleaned_name(given) == kept
