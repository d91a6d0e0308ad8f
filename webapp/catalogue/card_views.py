"""The card of a model as a page for readers, and the form on which its people write their part."""

from http import HTTPStatus

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from webapp.catalogue.card import ADVICE, HEADINGS, facts_of, known_to, written
from webapp.registry.forms import TEXT_LENGTH_MAX
from webapp.registry.models import CARD_TEXTS, RegisteredModel


class CardForm(forms.Form):
    """Plain text under each heading; empty lines part paragraphs."""

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]  # Django's own arguments go on as they are
        for name in CARD_TEXTS:
            area = forms.Textarea(attrs={"class": "form-control", "rows": 5})
            text = forms.CharField(label=HEADINGS[name], required=False, max_length=TEXT_LENGTH_MAX, widget=area)
            text.help_text = str(ADVICE[name])
            self.fields[name] = text


@require_safe
@never_cache
def card(request: HttpRequest, name: str) -> HttpResponse:
    """Show the card to whoever may ask the model or looks after it."""
    known = known_to(request.user, name)
    if known is None:
        raise Http404
    facts = facts_of(known.version.manifest) if known.version else None
    texts = {each.name: each for each in written(known.model)}
    return render(request, "catalogue/card.html", {"known": known, "facts": facts, "texts": texts})


@never_cache
def write_card(request: HttpRequest, name: str) -> HttpResponse:
    """Change what the people of the model say of it."""
    model = get_object_or_404(RegisteredModel.objects.manageable_by(request.user), name=name)
    if request.method != "POST":
        form = CardForm(initial={text: getattr(model, text) for text in CARD_TEXTS})
        return render(request, "catalogue/write_card.html", {"model": model, "form": form})
    form = CardForm(request.POST)
    if form.is_valid():
        model.write_card(form.cleaned_data)
        return redirect("card", name)
    return render(request, "catalogue/write_card.html", {"model": model, "form": form}, status=HTTPStatus.BAD_REQUEST)
