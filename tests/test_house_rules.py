"""Rules of the whole house that no single app owns."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from crispy_forms.utils import render_crispy_form
from django import forms
from django.core.management import call_command

from tests import make
from tests.test_architecture import modules

ROOT = Path(__file__).resolve().parent.parent
PRODUCTION = {
    "PRODUCTION": "1", "SECRET_KEY": "x7" * 40 + "!Qz", "FIELD_KEY": "y" * 60, "ALLOWED_HOSTS": "clinic.example.org",
    "SITE_URL": "https://clinic.example.org", "EMAIL_HOST": "mail.example.org",
}  # fmt: skip


def manage(*command, **environment):
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("TEST_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env={**clean, **environment}, capture_output=True, text=True
    )


def test_the_shipped_production_settings_have_no_finding(tmp_path):
    done = manage("check", "--deploy", "--fail-level", "WARNING", VAR_DIR=str(tmp_path), **PRODUCTION)
    assert (done.returncode, done.stdout.strip()) == (
        0, "System check identified no issues (2 silenced).")  # fmt: skip


def test_production_refuses_to_start_without_its_secret(tmp_path):
    done = manage("check", PRODUCTION="1", VAR_DIR=str(tmp_path))
    assert "PRODUCTION=1 needs SECRET_KEY" in done.stderr


@pytest.mark.django_db
def test_migrations_match_the_models():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def every_form():
    """Return the form classes of the house that lay themselves out with crispy."""
    found = []
    for name, source in modules():
        if "FormHelper" in source and not name.endswith("__init__"):
            module = __import__(name, fromlist=["*"])
            found += [
                value for value in vars(module).values()
                if isinstance(value, type) and issubclass(value, forms.BaseForm) and value.__module__ == name
                and hasattr(value, "helper")
            ]  # fmt: skip
    return found


def missing_fields(form):
    """Return the fields a form has but does not show: crispy silently drops what a Layout forgets."""
    page = render_crispy_form(form)
    return [name for name, field in form.fields.items() if f'name="{form.add_prefix(name)}' not in page]


# What some forms need to be made at all.
ARGUMENTS = {
    "PasswordForm": lambda: {"patient": make.patient()},
    "MoveForm": lambda: {"visit": make.appointment(), "user": make.user("", "chiropractor")},
    "BookingForm": lambda: {"user": make.user("", "chiropractor")},
}


@pytest.mark.django_db
@pytest.mark.parametrize("form", every_form(), ids=lambda form: form.__name__)
def test_every_form_renders_every_field(form, clinic):
    assert missing_fields(form(**ARGUMENTS.get(form.__name__, dict)())) == []


def test_the_guard_catches_a_forgotten_field():
    from crispy_forms.helper import FormHelper
    from crispy_forms.layout import Layout

    class Forgetful(forms.Form):
        name = forms.CharField()
        phone = forms.CharField()
        helper = FormHelper()
        helper.layout = Layout("name")

    assert missing_fields(Forgetful()) == ["phone"]


def test_nothing_names_a_package_registry():
    """Machines reach their registries by their ordinary clients; no file of ours names one."""
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    hosts = ("registry." + "npmjs", "pypi." + "org", "files." + "pythonhosted", "deb." + "debian")
    found = [f for f in tracked if any(host in (ROOT / f).read_bytes().decode(errors="ignore") for host in hosts)]
    assert found == []
