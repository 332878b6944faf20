"""The public forms."""

import pytest
from django.template import Context, Template

from clinic.website.forms import CallForm, RequestForm

PAGE = Template("{% load crispy_forms_tags %}{% crispy form %}")


@pytest.mark.parametrize("form", [CallForm(), RequestForm()])
def test_every_field_is_on_the_page_with_its_label(form):
    shown = PAGE.render(Context({"form": form}))

    assert [name for name in form.fields if f'name="{name}"' not in shown] == []
    assert [name for name, field in form.fields.items() if str(field.label) not in shown] == []


@pytest.mark.parametrize("number", ["(802) 555-0117", "+44 20 7946 0958", "8025550117", "802.555.0117 x12"])
def test_numbers_as_people_write_them_are_taken(number):
    form = CallForm({"name": "Ana", "phone": number, "best_time": "any"})

    assert (form.is_valid(), form.cleaned_data["phone"]) == (True, number)


@pytest.mark.parametrize("name", ["Émile Ó Súilleabháin", "O'Keefe", "محمد", "李", "Anna-Lena"])
def test_names_in_any_writing_are_taken(name):
    assert CallForm({"name": name, "phone": "8025550117", "best_time": "any"}).is_valid()
