"""What may be said of how a job goes: its columns, its rows, the box."""

from typing import Final

from django.utils.translation import gettext_noop

TEMPLATES: Final = frozenset(
    {
        gettext_noop("A part was asked for {count:,} times, and no worker answered."),
        gettext_noop("An administrator finds more in the log of the batch workers."),
        gettext_noop("Choose each column once."),
        gettext_noop("Its columns are {names}."),
        gettext_noop("Look at what is wrong with them; if that is meant, accept wrong rows and start again."),
        gettext_noop("Name the columns as the model does, or say which column gives which feature."),
        gettext_noop("No column gives {names}."),
        gettext_noop("Of the first {rows:,} rows {wrong:,} cannot be answered."),
        gettext_noop("Run the file again with another version."),
        gettext_noop("Send a file with shorter rows, or run the box on a machine with more memory."),
        gettext_noop("The column {column} is chosen for both {features}."),
        gettext_noop("The disk of the box is full."),
        gettext_noop("The file has no column {name}."),
        gettext_noop("The model has no feature {name}."),
        gettext_noop("The nearest column is {name}."),
        gettext_noop("The nearest feature is {name}."),
        gettext_noop("The rows need more memory than a worker may take."),
        gettext_noop("The version was deleted before it had answered all rows."),
        gettext_noop("This could not be done: {error}"),
        gettext_noop("This was begun {begun} times, and each time the worker that did it died."),
        gettext_noop("Try again when an administrator has freed space; nothing of your file is lost."),
    }
)
