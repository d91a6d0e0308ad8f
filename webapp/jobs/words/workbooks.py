"""What may be said of workbooks."""

from typing import Final

from django.utils.translation import gettext_noop

TEMPLATES: Final = frozenset(
    {
        gettext_noop("Cell {cell} holds something, but its column has no name in the header."),
        gettext_noop("Choose CSV or Parquet for the result."),
        gettext_noop("Choose another sheet, or put the rows under a header in this one."),
        gettext_noop("Choose one of the sheets that it has."),
        gettext_noop("Give the column a name in the header, or clear what stands in it."),
        gettext_noop("Open the file in a spreadsheet program, save it as .xlsx, and upload it again."),
        gettext_noop("Save the sheet alone as CSV, and upload that."),
        gettext_noop("Save the sheet as .xlsx without a password, or as CSV, and upload that."),
        gettext_noop("Some cells are merged: the value counts for the first of them, the others are empty."),
        gettext_noop(
            "Some formulas have no value, for no spreadsheet program has calculated them: these cells are empty."
        ),
        gettext_noop("The file is a workbook of the old format .xls."),
        gettext_noop("The file is a zip archive, but no workbook."),
        gettext_noop("The macros of the workbook are not run, and the result does not have them."),
        gettext_noop("The result has {columns:,} columns; a sheet has {most:,}."),
        gettext_noop("The result has {rows:,} rows; a sheet has {most:,}."),
        gettext_noop("The sheet has more than {most:,} columns."),
        gettext_noop("The sheet {name} is empty."),
        gettext_noop("The workbook has no sheet {name}."),
        gettext_noop("The workbook holds more than {most:,} different texts."),
        gettext_noop("The workbook is damaged: {what}."),
        gettext_noop("The workbook is of the binary format .xlsb."),
        gettext_noop("The workbook is protected by a password."),
        gettext_noop("a cell holds {text} as a number"),
        gettext_noop("a cell is of the unknown kind {kind}"),
        gettext_noop("a cell names a text that it does not have"),
        gettext_noop("it declares a document type, which no spreadsheet program does"),
        gettext_noop("it ends too early, or is no zip archive"),
        gettext_noop("it has no part {part}"),
        gettext_noop("it has too many styles or sheets"),
        gettext_noop("it has {sheets:,} sheets"),
        gettext_noop("its XML breaks off at line {line:,}"),
        gettext_noop("its XML is not that of a spreadsheet"),
        gettext_noop("its directory is too long"),
        gettext_noop("its elements are nested too deeply"),
        gettext_noop("its part {part} cannot be unpacked"),
        gettext_noop("one of its cells holds more text than a cell can"),
        gettext_noop("one of its rows holds more text than a row can"),
        gettext_noop("row {row} does not stand where it should"),
        gettext_noop("{letters} is no column"),
        gettext_noop("{part} of the workbook unpacks to more than {most:,.0f} MB."),
        gettext_noop("{text} stands where a whole number should"),
    }
)
