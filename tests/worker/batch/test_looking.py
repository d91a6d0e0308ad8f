"""What a person is told of a text file, and that hostile ones end in a refusal, soon."""

import pytest

from tests.worker.tables.signatures import category, number, signature
from worker.batch import looking
from worker.batch.errors import FileRefused
from worker.batch.looking import look_at_text
from worker.contract.batch import COLUMNS_MAX, TEXT_SHOWN_MAX, Choice

TENANTS = signature(number("age"), category("city", "Nîmes"))
BLOCK = b"a" * (1 << 20)


@pytest.fixture
def look(tmp_path):
    def look(*content: bytes, choice: Choice = Choice()):  # noqa: B008  # it is frozen
        with (tmp_path / "input").open("wb") as file:
            file.writelines(content)
        return look_at_text(tmp_path / "input", choice, TENANTS)

    return look


def test_first_rows_are_ten_and_their_cells_short(look):
    found, _ = look(b"age,city\n", b"1," + b"x" * 300 + b"\n", b"2,y\n" * 20)
    assert len(found.first_rows) == 10
    assert found.first_rows[:2] == (("1", "x" * TEXT_SHOWN_MAX), ("2", "y"))


def test_absent_features_are_told(look):
    assert look(b"age,town\n1,x\n")[0].absent == ("city",)


def test_mapping_gives_the_feature_another_column(look):
    found, _ = look(b"age,town\n1,x\n", choice=Choice(mapping={"city": "town"}))
    assert (found.columns[1].feature, found.absent) == ("city", ())


def test_layout_counts_bytes_of_utf8_and_lines(look):
    _, layout = look('\n"âge\nx";é\n1;2\n'.encode("windows-1252"))
    assert (layout.header_start, layout.header_stop, layout.first_line) == (1, 13, 4)
    assert not layout.is_plain


@pytest.mark.parametrize(
    ("content", "remark"),
    [
        (b"age,city\n1,2,3\n", "Row 1 has 3 cells, the header 2 names."),
        ("age,city\n1,éééééééééé\n".encode() + b"2,\xe9\n", "UTF-8 but for 1 of its characters"),
    ],
)
def test_what_a_person_should_know_is_remarked(look, content, remark):
    (said,) = look(content)[0].remarks
    assert remark in str(said)


def test_empty_rows_at_the_end_are_not_shown(look):
    found, _ = look(b"age;city\n;;\n1;x\n\n;\n;\n")
    assert found.first_rows == (("", "", ""), ("1", "x"))


def test_empty_line_of_an_only_column_is_a_row(look):
    assert look(b"age\n1\n\n2\n\n")[0].first_rows == (("1",), ("",), ("2",))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n\n \n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"age,city\n", "a header, but no rows"),
        (b"age;city\n;\n;\n", "a header, but no rows"),
        (b"age,city\n" + b"\n" * 2000, "a header, but no rows"),
        (b";;;\n" * 2000, "more than 1,000 empty lines"),
        (b"age,city\n1,x\0y\n", "binary"),
        (b'age,city\n1,x\n2,"x\n3,y\n', "The row in line 3 opens a quote"),
        (b'"age,city\n1,x\n', "The header opens a quote"),
        (b",".join(b"c%d" % number for number in range(1_000_000)) + b"\n", "more than 16,384 columns"),
        (b"age,city\n" + b"," * 1_000_000 + b"\n", "more than 16,384 columns"),
        (b"," * 1_000_000, "more than 16,384 columns"),
    ],
)
def test_what_is_no_table_is_refused(look, content, words):
    with pytest.raises(FileRefused, match=words):
        look(content)


def test_identifier_that_is_no_column_is_refused(look):
    with pytest.raises(FileRefused, match="no column 'nom'") as refused:
        look(b"age,city,name\n1,x,y\n", choice=Choice(identifier="nom"))
    assert str(refused.value.hint)


def test_as_many_columns_as_a_spreadsheet_has_are_read(look):
    names = [f"a column with a long name {number}" for number in range(COLUMNS_MAX)]
    found, _ = look(",".join(names).encode(), b"\n", b"1," * (COLUMNS_MAX - 1), b"1\n")
    assert (len(found.columns), len(found.first_rows[0])) == (COLUMNS_MAX, COLUMNS_MAX)


@pytest.mark.parametrize(
    ("head", "block", "line"),
    [
        (b"", BLOCK, 1),
        (b"age,city\n1,", BLOCK, 2),
        (b'age,city\n1,x\n2,"', b"a\n" * (1 << 19), 3),
        (b'"age', b"a\n" * (1 << 19), 1),
    ],
)
def test_line_without_end_is_refused_where_it_begins(look, monkeypatch, head, block, line):
    monkeypatch.setattr(looking, "HEAD_LENGTHS", (1 << 18, 5 << 20))
    monkeypatch.setattr(looking, "RECORD_LENGTH_MAX", 2 << 20)
    with pytest.raises(FileRefused, match=f"line {line} is longer than 2 MB"):
        look(head, *[block] * 8)


def test_long_record_is_refused_though_it_ends(look, monkeypatch):
    monkeypatch.setattr(looking, "RECORD_LENGTH_MAX", 100)
    with pytest.raises(FileRefused, match="What begins in line 3"):
        look(b"age,city\n1,x\n2,", b"y" * 100, b"\n")


def test_rows_that_are_long_but_not_too_long_are_shown_as_far_as_is_looked(look, monkeypatch):
    monkeypatch.setattr(looking, "HEAD_LENGTHS", (1 << 18,))
    row = b"1," + b"x" * 100_000 + b"\n"
    assert len(look(b"age,city\n", row * 9)[0].first_rows) == 2


@pytest.mark.parametrize(("lengths", "rows"), [((1 << 18,), 1), ((1 << 18, 1 << 19), 2)])
def test_row_may_end_where_looking_does(look, monkeypatch, lengths, rows):
    monkeypatch.setattr(looking, "HEAD_LENGTHS", lengths)
    header = b"age,city".ljust((1 << 18) - 16) + b"\n"
    assert look(header, b"1," + b"x" * 12 + b"\n", b"2,y\n")[0].first_rows == (("1", "x" * 12), ("2", "y"))[:rows]


def test_line_of_500_megabytes_is_refused(look):
    with pytest.raises(FileRefused, match="line 2 is longer than 16 MB"):
        look(b"age,city\n1,", *[BLOCK] * 500)
