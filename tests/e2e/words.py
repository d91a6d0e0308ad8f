"""What the pages say in each of their languages, as a person looks for it."""

# ruff: noqa: RUF001  # French writes the apostrophe that looks like a quotation mark

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """The names of what a person uses, in one language. Patterns have braces where a figure stands."""

    language: str
    locale: str
    log_in: str
    log_out: str
    user_name: str
    password: str
    wrong_password: str
    endpoints: str
    all_answer: str
    predict: str
    example: str
    confidence: str
    probabilities: str
    comma: str
    grouping: str
    same_answer: str
    whole_number: str
    a_number: str
    needed: str
    unusual: str
    nearest: str
    mend: str
    unknown: str
    not_here: str
    well: str


ENGLISH: Final = Words(
    language="en",
    locale="en-GB",
    log_in="Log in",
    log_out="Log out",
    user_name="User name",
    password="Password",
    wrong_password="This user name and this password do not belong together",
    endpoints="Endpoints",
    all_answer="You may ask 3 models; all of them answer.",
    predict="Predict",
    example="Fill in an example",
    confidence="{answer} — the model gives it {percent} %",
    probabilities="Probability of each class",
    comma=".",
    grouping=",",
    same_answer="Link to this answer",
    whole_number="This must be a whole number.",
    a_number="This must be a number.",
    needed="The model needs a value here.",
    unusual="Outside what the reference data held",
    nearest="The model does not know “Biscoo”; the nearest that it knows is “Biscoe”.",
    mend="Mend what is marked below and ask again.",
    unknown="Unknown",
    not_here="There is nothing here for you",
    well="very service answers",
)

FRENCH: Final = Words(
    language="fr",
    locale="fr-FR",
    log_in="Se connecter",
    log_out="Se déconnecter",
    user_name="Nom d’utilisateur",
    password="Mot de passe",
    wrong_password="Ce nom d’utilisateur et ce mot de passe ne vont pas ensemble",
    endpoints="Points d’accès",
    all_answer="Vous pouvez interroger 3 modèles ; tous répondent.",
    predict="Prédire",
    example="Remplir un exemple",
    confidence="{answer} — le modèle lui donne {percent} %",
    probabilities="Probabilité de chaque classe",
    comma=",",
    grouping=" ",
    same_answer="Lien vers cette réponse",
    whole_number="Il faut un nombre entier.",
    a_number="Il faut un nombre.",
    needed="Le modèle a besoin d’une valeur ici.",
    unusual="Hors de ce que contenaient les données de référence",
    nearest="Le modèle ne connaît pas « Biscoo » ; le plus proche qu’il connaisse est « Biscoe ».",
    mend="Corrigez ce qui est signalé ci-dessous et redemandez.",
    unknown="Inconnu",
    not_here="Il n’y a rien ici pour vous",
    well="ous les services répondent",
)

LANGUAGES: Final = (ENGLISH, FRENCH)
