from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "clinic.accounts"
    label = "accounts"
    verbose_name = "Accounts"

    def ready(self):
        from allauth.mfa.signals import authenticator_added

        from clinic.accounts.second_factor import remember_enrolment

        authenticator_added.connect(remember_enrolment, dispatch_uid="remember_enrolment")
