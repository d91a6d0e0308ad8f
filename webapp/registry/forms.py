"""What a publisher fills in, on a page or as a program: one form, so that both are judged alike."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeVar

from django import forms
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from webapp.registry.errors import DiskFullError
from webapp.registry.models import DeployRole, RegisteredModel
from webapp.registry.naming import NAME_LENGTH_MAX, is_name
from webapp.registry.publishing import Submission
from webapp.registry.uploading import is_cut_off
from worker.contract.inspection import Publication

WORD_LENGTH_MAX: Final = 200
TEXT_LENGTH_MAX: Final = 20_000
RUN_ID: Final = re.compile(r"[0-9A-Za-z_-]{1,64}", re.ASCII)
RUN_ADDRESS: Final = re.compile(r"https?://[^\s/?#<>\"']+[^\s<>\"']*", re.IGNORECASE)
LONG: Final = frozenset({"notes", "description", "units", "categories", "text"})

Filled = TypeVar("Filled", bound="SubmissionForm")


class Lines(forms.Textarea):
    """A field that may come several times, or once with several lines."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:  # noqa: ANN401, ARG002  # Django's signature
        """Return everything that came under this name, a line each."""
        values = data.getlist(name) if hasattr(data, "getlist") else [data.get(name, "")]
        return "\n".join(values)


class UnitsField(forms.CharField):
    """Units of features: a JSON object, or `feature=unit` line by line."""

    widget = Lines

    def clean(self, value: Any) -> dict[str, str]:  # noqa: ANN401  # Django's signature
        """Return each feature's unit."""
        text = super().clean(value)
        units = _object(text) if text.startswith("{") else dict(map(_pair, _lines(text)))
        if not all(isinstance(unit, str) and len(unit) <= WORD_LENGTH_MAX for unit in units.values()):
            raise forms.ValidationError(_("Each unit must be a text of at most %(count)d characters.") % _LIMIT)
        return units


class NamesField(forms.CharField):
    """Names of features: a JSON list, or one a line."""

    widget = Lines

    def clean(self, value: Any) -> tuple[str, ...]:  # noqa: ANN401  # Django's signature
        """Return the names in their order."""
        text = super().clean(value)
        names = _list(text) if text.startswith("[") else _lines(text)
        return tuple(dict.fromkeys(names))


class RunField(forms.CharField):
    """A run of MLflow: its id, or its address."""

    def clean(self, value: Any) -> str:  # noqa: ANN401  # Django's signature
        """Return what was said, if it can be a run's."""
        said = str(super().clean(value))
        if said and not RUN_ID.fullmatch(said) and not RUN_ADDRESS.fullmatch(said):
            text = _("“%(said)s” is neither the id of an MLflow run nor its address (https://…).")
            raise forms.ValidationError(text % {"said": said})
        return said


class WordsForm(forms.Form):
    """Everything that is said of a version."""

    target = forms.CharField(label=gettext_lazy("Target column"), required=False, max_length=WORD_LENGTH_MAX)
    notes = forms.CharField(
        label=gettext_lazy("Notes"), required=False, max_length=TEXT_LENGTH_MAX, widget=forms.Textarea
    )
    positive_label = forms.CharField(label=gettext_lazy("Positive label"), required=False, max_length=WORD_LENGTH_MAX)
    mlflow_run = RunField(label=gettext_lazy("MLflow run"), required=False, max_length=WORD_LENGTH_MAX)
    units = UnitsField(label=gettext_lazy("Units"), required=False, max_length=TEXT_LENGTH_MAX)
    title = forms.CharField(label=gettext_lazy("Title"), required=False, max_length=WORD_LENGTH_MAX)
    description = forms.CharField(
        label=gettext_lazy("Description"), required=False, max_length=TEXT_LENGTH_MAX, widget=forms.Textarea
    )
    output_name = forms.CharField(label=gettext_lazy("Name of the answer"), required=False, max_length=WORD_LENGTH_MAX)
    output_unit = forms.CharField(label=gettext_lazy("Unit of the answer"), required=False, max_length=WORD_LENGTH_MAX)
    categories = NamesField(label=gettext_lazy("Columns of categories"), required=False, max_length=TEXT_LENGTH_MAX)
    text = NamesField(label=gettext_lazy("Columns of text"), required=False, max_length=TEXT_LENGTH_MAX)
    deploy = forms.ChoiceField(label=gettext_lazy("Deploy"), required=False, choices=DeployRole.choices)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for name, field in self.fields.items():
            field.widget.attrs |= {"class": "form-control", "autocomplete": "off"}
            if name in LONG:
                field.widget.attrs["rows"] = 4
        self.fields["target"].widget.attrs["list"] = "columns"

    def submission_of(self, name: str, artifact: Path, reference: Path) -> Submission:
        """Return what is to be published. The form must be valid."""
        said = self.cleaned_data
        publication = Publication(
            target=said["target"] or None,
            output_name=said["output_name"],
            output_unit=said["output_unit"],
            units=said["units"],
            categories=said["categories"],
            text=said["text"],
            positive_label=said["positive_label"],
            mlflow_run=said["mlflow_run"],
        )
        return Submission(
            name=name,
            title=said["title"],
            description=said["description"],
            artifact=artifact,
            reference=reference,
            publication=publication,
            notes=said["notes"],
            deploy_role=DeployRole(said["deploy"]),
        )


class SubmissionForm(WordsForm):
    """A version of a model with everything that is said of it."""

    artifact = forms.FileField(label=gettext_lazy("The model"))
    reference = forms.FileField(label=gettext_lazy("Reference data"))

    field_order = ("artifact", "reference")

    def submission(self, name: str) -> Submission:
        """Return what is to be published; its files are moved. The form must be valid."""
        files = (_path(self.cleaned_data[field]) for field in ("artifact", "reference"))
        return replace(self.submission_of(name, *files), are_files_ours=True)


class NamedSubmissionForm(SubmissionForm):
    """The first version of a model, which gets its name."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=NAME_LENGTH_MAX)

    def clean_name(self) -> str:
        """Return the name, if addresses can hold it."""
        name: str = self.cleaned_data["name"]
        if not is_name(name):
            raise forms.ValidationError(
                _("A name is made of at most %(count)d small letters, digits and hyphens, like “house-prices”.")
                % {"count": NAME_LENGTH_MAX}
            )
        return name


def said_before(model: RegisteredModel) -> dict[str, str]:
    """Return what the form of the next version begins with: what was said of the newest, but for its notes."""
    newest = model.newest_version
    said = newest.publication if newest else Publication()
    return {
        "title": model.title,
        "description": model.description,
        "target": said.target or "",
        "positive_label": said.positive_label,
        "output_name": said.output_name,
        "output_unit": said.output_unit,
        "units": "\n".join(f"{name}={unit}" for name, unit in said.units.items()),
        "categories": "\n".join(said.categories),
        "text": "\n".join(said.text),
    }


def filled_in(form: type[Filled], request: HttpRequest) -> Filled:
    """Return the form as it was sent. Raise DiskFullError if the disk had no room for its files."""
    filled = form(request.POST, request.FILES)
    if is_cut_off(request):
        raise DiskFullError
    return filled


_LIMIT: Final = {"count": WORD_LENGTH_MAX}


def _path(file: TemporaryUploadedFile) -> Path:
    return Path(file.temporary_file_path())


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _pair(line: str) -> tuple[str, str]:
    name, equals, unit = line.partition("=")
    if not equals or not name.strip():
        raise forms.ValidationError(_("“%(line)s” must read feature=unit.") % {"line": line[:WORD_LENGTH_MAX]})
    return name.strip(), unit.strip()


def _object(text: str) -> dict[str, Any]:
    value = _json(text)
    if not isinstance(value, dict):
        raise forms.ValidationError(_("This must be a JSON object like {“feature”: “unit”}."))
    return value


def _list(text: str) -> list[str]:
    value = _json(text)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise forms.ValidationError(_("This must be a JSON list of names."))
    return value


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise forms.ValidationError(_("This is not valid JSON.")) from error
