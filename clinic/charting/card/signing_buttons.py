"""What the travel card's buttons around the signature do: the note is held, asked whether it is whole, and signed."""

from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.accounts.roles import require
from clinic.charting import notes
from clinic.charting.card.card_refusals import CONFLICT, Refused
from clinic.charting.models import Visit

WHY = {
    notes.NotTheAuthor: gettext_lazy("Only the practitioner of this visit signs it."),
    notes.LicenceExpired: gettext_lazy(
        "The licence has expired. Ask a colleague, or renew the date under Practitioners."
    ),
    notes.NotConfirmed: gettext_lazy(
        "Treatments taken over from the last visit wait for their response. Tap it, or take them out."
    ),
    notes.NothingNewToday: gettext_lazy(
        "Say what is new today: the patient's words or the change, and what was found or done."
    ),
}


class SigningButtons:
    """Part of `TravelCard`: signing with what was typed, or as the note stands."""

    visit: Any
    user: Any
    parts: dict[str, Any]
    errors: dict[str, str]
    _said_although_alike: Any

    @contextmanager
    def _alone(self):
        """Hold the note and give its version: nobody saves between what was seen and the signature under it.

        A refusal takes back nothing that was typed.
        """
        refused = None
        with transaction.atomic():
            row = notes.locked(self.visit)
            try:
                yield row.version
            except Refused as told:
                refused = told
        if refused:
            raise refused

    def _do_sign(self, _what):
        self._sign()

    def _do_sign_next(self, _what):
        self._sign()
        return "next"

    def sign_as_it_stands(self, version):
        """Sign without typing anything, from the list of unsigned notes; `version` is the one the list was made from.

        Raises `Refused`, `PermissionDenied`, `notes.AlreadySigned`.
        """
        require(self.user, "visit.sign")
        with self._alone() as current:
            if str(current) != version:
                raise Refused(CONFLICT)
            self._sign()

    def _sign(self):
        for part in self.parts.values():
            part.before_signing(self.user)
        version = Visit.objects.values_list("version", flat=True).get(pk=self.visit.pk)
        try:
            notes.sign(self.visit, version=version, by=self.user, alike_because=self._said_although_alike())
        except notes.AlikeNotes as error:
            self.errors["alike"] = _("This note reads like the last ones. What is different today?")
            raise Refused from error
        except (notes.NotTheAuthor, notes.LicenceExpired, notes.NothingNewToday, notes.NotConfirmed) as error:
            self.errors["sign"] = str(WHY[type(error)])
            raise Refused from error
        for part in self.parts.values():
            part.after_signing(self.user)
