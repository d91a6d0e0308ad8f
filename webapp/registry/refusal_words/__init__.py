"""What an inspection may say of a version that it rejects, listed for translation: a test holds it complete.

To be said by `webapp.sentences.say(TEMPLATES, words.template, words.facts)`.
"""

from typing import Final

from webapp.registry.refusal_words import course, data, formats, models

TEMPLATES: Final = course.TEMPLATES | data.TEMPLATES | formats.TEMPLATES | models.TEMPLATES
