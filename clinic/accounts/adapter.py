"""How allauth behaves here: no open sign-up, mail through the outbox, second-factor secrets encrypted."""

import base64
import hashlib
import uuid
from types import SimpleNamespace

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.urls import reverse

from clinic.accounts.models import normalise_email
from clinic.messaging import outbox
from clinic.practice import profile


def _clinic_as_site():
    """What allauth's mails call the site: the clinic, at its configured address."""
    return SimpleNamespace(name=profile.clinic().name, domain=settings.SITE_URL.split("://")[-1])


class AccountAdapter(DefaultAccountAdapter):
    """Accounts come by invitation or from the clinic admin."""

    def is_open_for_signup(self, request):
        return False

    def clean_email(self, email):
        return normalise_email(email)

    def send_mail(self, template_prefix, email, context):
        """Queue instead of send: the page answers in the same time for known and unknown addresses."""
        known = {"request": self.request, "email": email, "current_site": _clinic_as_site()}
        mail = self.render_mail(template_prefix, email, {**known, **context})
        outbox.queue(
            "accounts/notice",
            to=email,
            key=f"account-{uuid.uuid4()}",
            sensitive=True,
            context={"subject": mail.subject, "body": mail.body},
        )

    def format_email_subject(self, subject):
        """Headed by the clinic's name, never by what a browser sent as the host."""
        return f"{_clinic_as_site().name}: {subject}"

    def get_login_redirect_url(self, request):
        return reverse("arrive")


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets are stored encrypted with FIELD_KEY, which is not in the database."""

    @property
    def _fernet(self):
        return Fernet(base64.urlsafe_b64encode(hashlib.sha256(settings.FIELD_KEY.encode()).digest()))

    def encrypt(self, text):
        return self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        return self._fernet.decrypt(encrypted_text.encode()).decode()
