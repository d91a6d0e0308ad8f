"""Separator, decimal mark and header are found in the beginning of a text."""

import pytest

from tests.worker.tables.signatures import category, number, signature
from worker.batch.csv_shape import find_shape
from worker.batch.errors import FileRefused
from worker.batch.records import Unfinished, record_at
from worker.contract.batch import Choice

AGE = signature(number("age"), category("city", "Nîmes"))


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1,5;2,5\n", ";"),
        ("a\tb\n1,5\t2;5\n", "\t"),
        ("a|b\nx, y; z|2\n", "|"),
        ("a\n1\n2\n", ","),
        ("text\nHello, world\nwell; yes, no\n", "\t"),
        ("age, in years;city;note, free\n1;Nîmes;a,b\n", ";"),
        ('"a;b","c;d"\n1,2\n', ","),
        ("name;first, last;x\n1;a, b;2\n3;c, d;4\n", ";"),
        ("a,b\n", ","),
    ],
)
def test_separator_is_found(text, separator):
    assert find_shape(text).separator == separator


def test_names_of_features_tell_the_separator():
    text = "age|city;a;b;c\n1|x;a;b;c\n2|y;a;b;c\n"
    assert find_shape(text).separator == ";"
    assert find_shape(text, signature=signature(number("age"))).separator == "|"


@pytest.mark.parametrize(
    ("rows", "decimal"),
    [
        ("1,5;a\n2,5;b\n", ","),
        ("1.5;a\n2.5;b\n", "."),
        ("1;1,5\n2;2,5\n", "."),
        ("1.234,5;a\n", ","),
        ("1,234.5;a\n", "."),
        ("1,234;a\n2,5;a\n", ","),
        ("1,234;a\n1.5;a\n", "."),
        ("1,234;a\n", ","),
        ("-1,5E+05;a\n", ","),
        ("12,5 %;a\n", ","),
        ("1 234,567;a\n1.2;a\n1,25;a\n", ","),
        ("12;a\n", "."),
        ("x;a\n", "."),
        ("1,5;a\n1.5;a\n", "."),
        ("1" * 100 + ",5;a\n", "."),
    ],
)
def test_decimal_mark_is_that_of_most_numbers_in_columns_of_numbers(rows, decimal):
    assert find_shape("age;city\n" + rows, signature=AGE).decimal == decimal


def test_decimal_mark_is_sought_everywhere_if_no_column_of_numbers_is_known():
    assert find_shape("x;y\n1;2,5\n", signature=AGE).decimal == ","


def test_header_lies_behind_declaration_and_empty_lines():
    shape = find_shape('sep=;\r\n\r\n;;\r\nage;"ci\nty"\r\n1;2\r\n')
    assert (shape.separator, shape.header, shape.start, shape.stop) == (";", ("age", "ci ty"), 13, 26)


@pytest.mark.parametrize("line", ["sep=^\n", "SEP=|\n", '"sep=|"\n', "sep=|;;\n"])
def test_declaration_is_passed_over(line):
    assert find_shape(line + "age|city\n1|x\n").header == ("age", "city")


def test_choice_overrides_what_is_found():
    shape = find_shape("a;b,c\n1;2,5\n", choice=Choice(separator=",", decimal=","))
    assert (shape.separator, shape.decimal, shape.header) == (",", ",", ("a;b", "c"))


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (Choice(separator="^"), "none of the separators"),
        (Choice(separator=";;"), "none of the separators"),
        (Choice(decimal="'"), "no decimal mark"),
    ],
)
def test_choice_of_what_is_not_read_is_refused(choice, words):
    with pytest.raises(FileRefused, match=words):
        find_shape("a;b\n", choice=choice)


@pytest.mark.parametrize("text", ["1;2,5\n2;3\n", "1;;1 000\n", "12\n13\n", "1;1;1\n2;2;2\n"])
def test_file_without_header_is_refused_with_the_names_it_lacks(text):
    with pytest.raises(FileRefused, match="holds numbers, not the names") as refused:
        find_shape(text, signature=AGE)
    assert "'age', 'city'" in str(refused.value.hint)


def test_file_without_header_is_refused_without_signature_too():
    with pytest.raises(FileRefused, match="holds numbers"):
        find_shape("1,2\n3,4\n")


def test_features_may_be_called_by_numbers():
    assert find_shape("2019;2020\n1;2\n", signature=signature(number("2019"))).header == ("2019", "2020")


@pytest.mark.parametrize("text", ["", "a;b", '"a;b\n1;2\n'])
def test_header_that_is_not_all_there_is_unfinished(text):
    with pytest.raises(Unfinished):
        find_shape(text, whole=False)


def test_quotes_within_a_cell_are_characters():
    record = record_at('5" pipe;"a ""b"" ;c"d;\r\nnext', 0, ";", whole=False)
    assert record == (['5" pipe', 'a "b" ;cd', ""], 24)
