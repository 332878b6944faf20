"""The language a person is written to, from what stands on the record in anybody's words ("es-MX", "Español")."""

import re

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from clinic.accounts.language import is_chosen

OURS = {"en": ("en", "eng", "english", "ingles"), "es": ("es", "spa", "spanish", "espanol", "castellano")}
OTHERWISE = "en"
# What the desk chooses from; the record keeps the words.
SPOKEN = (
    ("English", _("English")), ("Spanish", _("Spanish")),
    ("American Sign Language", _("American Sign Language")), ("Arabic", _("Arabic")),
    ("Chinese (Cantonese)", _("Chinese (Cantonese)")), ("Chinese (Mandarin)", _("Chinese (Mandarin)")),
    ("French", _("French")), ("German", _("German")), ("Haitian Creole", _("Haitian Creole")), ("Hindi", _("Hindi")),
    ("Japanese", _("Japanese")), ("Korean", _("Korean")), ("Polish", _("Polish")), ("Portuguese", _("Portuguese")),
    ("Russian", _("Russian")), ("Somali", _("Somali")), ("Tagalog", _("Tagalog")), ("Ukrainian", _("Ukrainian")),
    ("Vietnamese", _("Vietnamese")),
)  # fmt: skip
_MARKS = str.maketrans("áéíóúñ", "aeioun")


def known(words):
    """Return the code of the first of our languages that these words name, or '' when they name none of them."""
    for word in re.findall(r"[a-z]+", words.lower().translate(_MARKS)):
        for code, names in OURS.items():
            if word in names:
                return code
    return ""


def language_of(patient):
    """Return the language this patient is written to; English when the record names none that we have."""
    return known(patient.language) or OTHERWISE


def writing_to(patient):
    """Everything said inside this `with` is in the patient's language, whoever says it and on whichever page."""
    return translation.override(language_of(patient))


def begin_in_their_language(request, patient):
    """Show a page behind a link in the patient's language, as long as nobody has chosen one in this browser."""
    code = known(patient.language)
    if code and not is_chosen(request):
        translation.activate(code)
        request.LANGUAGE_CODE = code


def offered(kept=""):
    """Return the choices of the desk: none, the common languages, and the words that stand on the record already."""
    own = [(kept, kept)] if kept and kept not in dict(SPOKEN) else []
    return [("", "---------"), *own, *SPOKEN]
