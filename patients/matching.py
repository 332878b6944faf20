"""How alike two records are, in points and in words: spelling, sound, swapped names, mistyped birth dates, phone.

Pure. A phone or an address alone says nothing: families share them, and twins share the birth date and the last name
as well. So the first names must be alike in every case.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

import jellyfish
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients import searching

LIKELY = 70  # points from which two records are likely one person
SAME, ALIKE, SHORT = "same", "alike", "short"
CLOSE = 0.9  # Jaro-Winkler similarity of a word that was mistyped: "Annelies" and "Annelise" reach 0.97
GIVEN = {SAME: 30, ALIKE: 22, SHORT: 18}
FAMILY = {SAME: 20, ALIKE: 14}
PHONE, SWAPPED = 20, 2
GENERATION = 15  # years: a father and a son may have one name and one phone
FIRST_BIRTH = "19000101"
SURE_CODE = 4  # letters of a sound code that say enough by themselves

BORN_SAME, BORN_TURNED, BORN_TYPED = "born_same", "born_turned", "born_typed"
BORN = {BORN_SAME: 40, BORN_TURNED: 26, BORN_TYPED: 22}
WORDS = {
    BORN_SAME: gettext_lazy("same birth date"),
    BORN_TURNED: gettext_lazy("day and month of birth swapped"),
    BORN_TYPED: gettext_lazy("birth dates differ by a typing slip"),
}


@dataclass(frozen=True)
class Person:
    """What is compared of a record, typed or kept."""

    given_name: str
    family_name: str
    birth_date: date
    preferred_name: str = ""
    phone: str = ""
    sex: str = ""


@dataclass(frozen=True)
class Likeness:
    """The points of a pair and what they were given for, strongest first."""

    score: int
    reasons: tuple[str, ...]

    @property
    def is_likely(self):
        return self.score >= LIKELY

    @property
    def in_words(self):
        """The reasons as a sentence for the review."""
        return ", ".join(self.reasons)


UNLIKE = Likeness(0, ())


# --- words


def plain(text):
    """Return a name as one folded word: "Anne-Marie" and "Anne Marie" are the same."""
    return "".join(searching.words(text))


def sounds_alike(one, other):
    """Do two folded words sound alike? A short sound code needs the same vowels too: Lena is not Lina."""
    first, second = (jellyfish.metaphone(word.replace("chr", "kr")) for word in (one, other))
    if not first or first != second:
        return False
    return len(first) >= SURE_CODE or _vowels(one) == _vowels(other)


def _vowels(word):
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[^aeiou]", "", word.replace("y", "i")).rstrip("e"))


def is_slip(one, other):
    """Is one word the other with a letter mistyped, left out or swapped? Short words differ by more than a slip."""
    shorter = min(len(one), len(other))
    if shorter < 4 or jellyfish.damerau_levenshtein_distance(one, other) > (1 if shorter < 8 else 2):
        return False
    return jellyfish.jaro_winkler_similarity(one, other) >= CLOSE


def word_likeness(one, other):
    """Return SAME, ALIKE or an empty text for two names."""
    first, second = plain(one), plain(other)
    if not first or not second:
        return ""
    if first == second or sorted(searching.words(one)) == sorted(searching.words(other)):
        return SAME
    return ALIKE if sounds_alike(first, second) or is_slip(first, second) else ""


def is_short_for(one, other):
    """Is one first name the beginning of the other ("Alex" and "Alexander") or one of its parts ("Mary Jane")?"""
    parts, others = searching.words(one), searching.words(other)
    if not parts or not others:
        return False
    if len(parts) != len(others) and (set(parts) <= set(others) or set(others) <= set(parts)):
        return True
    shorter, longer = sorted((parts[0], others[0]), key=len)
    return len(shorter) >= 3 and longer.startswith(shorter)


def given_likeness(one, other):
    """Return SAME, ALIKE, SHORT or an empty text for the first names, the names they like to be called included."""
    if found := word_likeness(one.given_name, other.given_name):
        return found
    called = [(one.preferred_name, other.given_name), (one.given_name, other.preferred_name)]
    called.append((one.preferred_name, other.preferred_name))
    if any(word_likeness(first, second) == SAME for first, second in called if first and second):
        return SHORT
    return SHORT if is_short_for(one.given_name, other.given_name) else ""


def family_likeness(one, other):
    """Return SAME, ALIKE or an empty text; a double name is alike when one of its parts is the other's whole name."""
    if found := word_likeness(one.family_name, other.family_name):
        return found
    parts, others = set(searching.words(one.family_name)), set(searching.words(other.family_name))
    if not parts and not others:
        return SAME  # people of one name
    return ALIKE if parts and others and (parts < others or others < parts) else ""


# --- birth dates and phones


def born_likeness(one, other):
    """Return how two birth dates agree: the same, day and month swapped, one slip of the fingers, or not at all."""
    if one == other:
        return BORN_SAME
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return BORN_TURNED
    return BORN_TYPED if is_typing_slip(f"{one:%Y%m%d}", f"{other:%Y%m%d}") else ""


def is_typing_slip(one, other):
    """Do two rows of eight digits differ in one digit, or in two neighbours that changed places?"""
    places = [n for n in range(8) if one[n] != other[n]]
    if len(places) == 1:
        return True
    return (
        len(places) == 2
        and places[1] == places[0] + 1
        and one[places[0]] + one[places[1]] == (other[places[1]] + other[places[0]])
    )


def near_dates(day):
    """Return every birth date that `born_likeness` finds near `day`, itself included."""
    digits = f"{day:%Y%m%d}"
    typed = {digits[:n] + d + digits[n + 1 :] for n in range(8) for d in "0123456789"}
    typed |= {digits[:n] + digits[n + 1] + digits[n] + digits[n + 2 :] for n in range(7)}
    typed.add(f"{day:%Y%d%m}")
    return {found for found in map(_date, typed) if found is not None}


def _date(digits):
    if digits < FIRST_BIRTH:
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def digits_of(phone):
    """Return the last ten digits of a phone number, or an empty text when it has fewer than seven."""
    found = re.sub(r"\D", "", searching.fold(phone))
    return found[-10:] if len(found) >= 7 else ""


# --- the whole


def compare(one, other):
    """Return the `Likeness` of two people; `UNLIKE` when their first names or birth dates say they are two."""
    given, family, is_swapped = _names(one, other)
    if not given or _are_of_two_sexes(one, other, given):
        return UNLIKE
    born = born_likeness(one.birth_date, other.birth_date)
    phone = bool(digits_of(one.phone)) and digits_of(one.phone) == digits_of(other.phone)
    if not born and not (phone and given == family == SAME and _of_one_generation(one, other)):
        return UNLIKE
    if not family and not (born == BORN_SAME and given == SAME and phone):
        return UNLIKE
    score = BORN.get(born, 0) + GIVEN[given] + FAMILY.get(family, 0) + PHONE * phone - SWAPPED * is_swapped
    return Likeness(score, tuple(str(reason) for reason in _reasons(born, given, family, is_swapped, phone)))


def _names(one, other):
    """Return (first names, last names, swapped?) as they agree best."""
    given, family = given_likeness(one, other), family_likeness(one, other)
    crossed = (
        word_likeness(one.given_name, other.family_name),
        word_likeness(one.family_name, other.given_name),
    )
    if not (given and family) and all(crossed):
        return (*crossed, True)
    return given, family, False


def _are_of_two_sexes(one, other, given):
    return given != SAME and {one.sex, other.sex} == {"F", "M"}


def _of_one_generation(one, other):
    return abs(one.birth_date - other.birth_date) < timedelta(days=GENERATION * 365)


def _reasons(born, given, family, is_swapped, phone):
    if born:
        yield WORDS[born]
    yield _name_words(given, family, is_swapped)
    if phone:
        yield _("same phone")


def _name_words(given, family, is_swapped):
    if is_swapped:
        return _("first and last name swapped")
    if not family:
        return _("same first name, other last name")
    if given == SHORT:
        return _("short for the same name")
    return _("same name") if given == family == SAME else _("name sounds or is spelled alike")
