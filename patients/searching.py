"""Finding a patient in any spelling: names are folded into tokens, and a search word must begin one of them.

`contains` would scan the table, and SQLite's own folding does not find Émile for émile; a token table with a prefix
range uses a plain index on both engines.
"""

import re
import unicodedata

# Letters that NFKD does not take apart into a base letter and an accent.
LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ŋ": "n", "ħ": "h", "ß": "ss"}
)
SHORTEST_PHONE_END, MOST_WORDS = 4, 6


def fold(text):
    """Return `text` in small letters without accents: "Émile Ó Súilleabháin" -> "emile o suilleabhain"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return bare.casefold().translate(LETTERS)


def words(text):
    """Return the folded words of a name; an apostrophe joins ("O'Keefe" -> okeefe), a hyphen separates."""
    joined = re.sub(r"['’ʼ`´]", "", fold(text))
    return re.findall(r"\w+", joined)


def phone_tokens(phone):
    """Return the digits of a phone number and their endings from seven digits down to four."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", phone))
    ends = {digits[-n:] for n in (10, 7, SHORTEST_PHONE_END) if len(digits) > n}
    return ({digits} | ends) if len(digits) >= SHORTEST_PHONE_END else set()


def birth_tokens(day):
    """Return the ways people type a birth date: 1965-03-14, 03141965, 14031965, 03/14/1965, 3/14/65 ... as digits."""
    return {f"{day:%Y%m%d}", f"{day:%m%d%Y}", f"{day:%d%m%Y}", f"{day:%m%d%y}"}


def tokens(patient):
    """Return the set of tokens by which this patient is found."""
    names = f"{patient.given_name} {patient.family_name} {patient.preferred_name}"
    found = set(words(names)) | phone_tokens(patient.phone) | birth_tokens(patient.birth_date)
    found |= {"".join(words(part)) for part in (patient.given_name, patient.family_name)}
    return {token[:80] for token in found | {fold(patient.chart_number)} if token}


_DATE = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})")
_PHONE_PART = re.compile(r"[\d().+-]*\d[\d().+-]*")


def query_words(text):
    """Return the words of a search: a date or a phone number becomes one word of digits, names are folded."""
    text = unicodedata.normalize("NFKC", text).replace("\0", "")[:200]
    found, phone = [], ""
    for part in [*text.split(), ""]:
        if _PHONE_PART.fullmatch(part) and not _DATE.fullmatch(part):
            phone += re.sub(r"\D", "", part)
            continue
        found += [phone] if phone else []
        phone = ""
        dated = _DATE.fullmatch(part)
        found += ["".join(p.zfill(2) for p in dated.groups())] if dated else words(part)
    return found[:MOST_WORDS]
