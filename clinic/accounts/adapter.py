"""How allauth behaves here: no open sign-up, mail through the outbox, second-factor secrets encrypted."""

import base64
import hashlib
import uuid

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.urls import reverse

from clinic.accounts.models import normalise_email
from clinic.messaging import outbox


class AccountAdapter(DefaultAccountAdapter):
    """Accounts come by invitation or from the clinic admin."""

    def is_open_for_signup(self, request):
        return False

    def clean_email(self, email):
        return normalise_email(email)

    def send_mail(self, template_prefix, email, context):
        """Queue instead of send: the page answers in the same time for known and unknown addresses."""
        mail = self.render_mail(template_prefix, email, context)
        outbox.queue(
            "accounts/notice",
            to=email,
            key=f"account-{uuid.uuid4()}",
            sensitive=True,
            context={"subject": mail.subject, "body": mail.body},
        )

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
