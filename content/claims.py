"""The claims guard: words a clinic may not use about its care, and benefits named without a source.

Pure: no models, no queries. A licensing rule bans stating or implying a cure, a guaranteed result or an effect
beyond scientific proof (22 TAC chapter 78); the vertebral subluxation complex is not an accepted cause of disease
(UK General Chiropractic Council, 2010). Honest denials ("there is no cure") stay allowed.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Problem:
    """One sentence that must change: a stable code, the sentence as read, and what to do about it."""

    code: str
    sentence: str
    message: str


_SIDE = r"(?:side|adverse|rebound|ill|harmful|negative)[- ]effects?"
_MEDICINE = r"(?:medicines?|medications?|drugs?|pills?|tablets?|blood thinners?|prescriptions?|painkillers?)"
_YOUR = r"(?:(?:your|the|any|all|of|those|prescribed)\s+){0,3}"
_FIX = r"(?:cur|fix|treat|remov|eliminat|correct|resolv|heal|address|end)\w*"
_LASTING = r"(?:(?:relie|fix|improve|correct|heal|end|stop|remov)\w*|results?|solutions?|gone|free|better)"

# Code -> what to tell the writer, and the phrases that may not stand in text for patients.
BANNED: dict[str, tuple[str | Promise, tuple[str, ...]]] = {
    "root-cause": (
        _("Say what the care is, not that it removes a root cause."),
        (rf"\b{_FIX}\s+(?:\w+\s+){{0,3}}root[- ]causes?\b", rf"\broot[- ]causes?\s+(?:\w+\s+){{0,3}}{_FIX}\b"),
    ),
    "cure": (
        _("Do not speak of a cure. Say what may change, how much and how sure we are."),
        (r"\bcur(?:e|es|ed|ing|able|ative)\b",),
    ),
    "guarantee": (
        _("Nobody can guarantee a result. Leave the word out."),
        (r"\bguarant(?:ee|ees|eed|eeing|y|ies|ied)\b",),
    ),
    "promise": (_("Do not promise a result."), (r"\bpromis(?:e|es|ed)\b",)),
    "side-effects": (
        _("All care can have unwanted effects. Name them."),
        (
            rf"\b(?:no|zero|without|free (?:of|from))\s+(?:\w+\s+(?:or|and)\s+)?(?:\w+\s+){{0,2}}{_SIDE}",
            rf"\b(?:not|never|cannot|\w+n't)\s+(?:have|has|causes?|produce|bring|give|lead to)\s+"
            rf"(?:\w+\s+){{0,2}}{_SIDE}",
            r"\bside[- ]effects?[- ]free\b",
        ),
    ),
    "no-risk": (
        _("All care has some risk. Name it."),
        (
            r"\b(?:risk[- ]free|without (?:any )?risks?|(?:no|zero) risks?)\b(?! (?:factors?|signs?|list|questions?))",
            r"\b(?:completely|totally|perfectly|absolutely|entirely|always) (?:safe|harmless)\b",
        ),
    ),
    "permanent": (
        _("No result is known to be permanent."),
        (
            rf"\bpermanent(?:ly)?\s+(?:\w+\s+){{0,2}}?{_LASTING}\b",
            r"\b(?:pain[- ]free|relief|better|fixed|gone)\s+(?:for (?:life|ever|good)|forever)\b",
        ),
    ),
    "toxins": (_("Care here does not clear toxins. Leave the word out."), (r"\b(?:toxins?|detox\w*)\b",)),
    "hundred-percent": (
        _("No care works in every case. Give the real figure and its source."),
        (r"(?<![\d.,])100\s*(?:%|per ?cent\b)",),
    ),
    "miracle": (_("Leave the word out."), (r"\bmirac(?:les?|ulous(?:ly)?)\b",)),
    "absolute": (
        _("No care works in every case. Say how often, or say that nobody knows."),
        (
            r"\b(?:always works?|works every time|never fails?|secret (?:method|remedy))\b",
            r"\binstant(?:ly)?\s+(?:relie\w*|results?|heal\w*)",
        ),
    ),
    "organ-claim": (
        _("Spinal care is not shown to change organs, illness or immunity."),
        (
            r"\bsubluxations?\b.*\b(?:organs?|disease|illness|immun\w+|infections?)\b",
            r"\b(?:boost|strengthen)\w*\s+(?:\w+\s+){0,2}immun\w+",
        ),
    ),
    "stop-medicine": (
        _("Never advise stopping a medicine. Send the reader to the prescriber."),
        (
            rf"\b(?:stop|quit|discontinue|skip|come off|throw (?:away|out)|drop)\s+{_YOUR}(?:\w+\s+)?{_MEDICINE}\b",
            rf"\b(?:stop|quit)\s+(?:taking|using)\s+{_YOUR}(?:\w+\s+){{0,3}}{_MEDICINE}\b",
            rf"\b(?:habit[- ]forming|dangerous)\s+{_MEDICINE}\b",
            rf"\b{_MEDICINE}\s+(?:are|is)\s+(?:dangerous|habit[- ]forming|poison\w*)",
        ),
    ),
}
_PATTERNS = tuple(
    (code, re.compile(pattern, re.IGNORECASE)) for code, (_message, found) in BANNED.items() for pattern in found
)

# Only these words may stand between a denial and the phrase; any other word ("not only a cure", "cannot fail to
# cure", "no doubt it will cure") leaves the phrase unguarded.
_LINKING = (
    r"(?:promise|promised|guarantee|guaranteed|claim|claims|say|offer|offers|expect|give|mean|imply|advertise|provide|"
    r"be|is|are|been|have|has|exist|that (?:we|it|this|they)|to|of|a|an|any|the|it|you|us|your|for|or|nor|yet|known|"
    r"quick|sure|simple|single|magic|proven|certain|easy|instant|lasting|completely|entirely|fully|truly|ever|works?|"
    r"comes?|cure|cures|cured|fix|results?|relief|can|will|does|do|should|must|suddenly|yourself)"
)
_CARE = r"(?:treatment|care|test|medicine|therapy|exercise|method|technique|scan|study|product|remedy|one|body)s?"
_DENIAL = (
    rf"(?:\bno {_CARE}|\bno|(?<!why )\bnot|\bcannot|\bnever|\bnobody|\bnothing|\bnone|\bneither|\bwithout|"
    r"\bcan't|\b(?:do|does|did|is|are|will|would|could|should|must|has|have)n't|\bwon't)"
)
_DENIED_BEFORE = re.compile(rf"{_DENIAL}\s+(?:{_LINKING}\s+){{0,8}}$", re.IGNORECASE)
_DENIED_AFTER = re.compile(
    r"^\s+(?:\w+\s+){0,3}?(?:(?:does|do) not exist|is not (?:possible|known|promised|realistic|on offer)|"
    r"(?:cannot|can't|can never) be (?:promised|guaranteed))\b",
    re.IGNORECASE,
)
_WARNED = re.compile(r"\b(?:wary of|beware of|distrust|walk away from)\s+(?:[\w']+\s+){0,6}$", re.IGNORECASE)
_BOAST = re.compile(
    r"\b(?:like (?:ours|us|this|it)|except|other than|unless|only we|only ours|but ours)\b", re.IGNORECASE
)

_EFFECT = (
    r"(?:help|helps|ease|eases|relieve|relieves|reduce|reduces|calm|calms|lessen|lessens|soothe|soothes|improve|"
    r"improves|lower|lowers|prevent|prevents|speed|speeds|shorten|shortens|relax|relaxes|loosen|loosens|heal|heals)"
)
_BENEFIT = re.compile(
    rf"\b(?:may|might|can|could|(?:appears?|seems?|shown|proven|known|thought|found) to)\s+(?!not\b)"
    rf"(?:(?!not\b)\w+\s+){{0,2}}{_EFFECT}\b|\b(?:is|are) effective\b|\b(?:studies|research|trials|evidence) shows?\b",
    re.IGNORECASE,
)
_PEOPLE = re.compile(r"\b(?:we|you|I|staff|team|clinic|desk|they)\s+$", re.IGNORECASE)

_QUOTE_MARK = re.compile(r"^[\s>]*(?:\[![\w-]+\])?\s*")
_BLOCK_MARK = re.compile(r"^(?:[-*+]\s+|\d+[.)]\s+|#{1,6}\s+|(?=\|))")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", "\u202f": " ", "\u2011": "-"})


def sentences(text: str) -> Iterator[str]:
    """Split plain text or Markdown into sentences without its marks; a list item or table cell ends a sentence."""
    for block in _blocks(text):
        for cell in block.split("|"):
            for sentence in re.split(r"(?<=[.!?])[\"')]*\s+", cell):
                if sentence.strip():
                    yield sentence.strip()


def check(text: str, *, references: int) -> list[Problem]:
    """List what a claims reviewer would strike from `text`, in reading order; an empty list means nothing found.

    `references` is the number of sources printed with the text; with none, a benefit ("may help") is a problem with
    the code `no-reference`. The guard reads English. Raises ValueError for a negative number of references.
    """
    if references < 0:
        raise ValueError("references cannot be negative")
    problems: list[Problem] = []
    for sentence in sentences(text):
        problems.extend(_banned_in(sentence))
        if references == 0 and _names_benefit(sentence):
            problems.append(Problem("no-reference", sentence, str(_("A benefit needs at least one reference."))))
    return problems


def _blocks(text: str) -> Iterator[str]:
    """Join wrapped lines; a blank line, heading, list item or table row starts a new block."""
    held: list[str] = []
    for line in [*_plain(text).splitlines(), ""]:
        words = _QUOTE_MARK.sub("", line)
        if held and (not words or _BLOCK_MARK.match(words)):
            yield " ".join(held)
            held = []
        if words:
            held.append(_BLOCK_MARK.sub("", words).strip())


def _plain(text: str) -> str:
    """Normal quotes and spaces, no emphasis marks, links reduced to their words, invisible characters dropped."""
    text = html.unescape(text).translate(_QUOTES)
    text = re.sub(r"[\u00ad\u200b-\u200d\u2060\ufeff]", "", text)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}", "", text)


def _banned_in(sentence: str) -> Iterator[Problem]:
    """One problem per code and sentence, unless every match is honestly denied."""
    reported: set[str] = set()
    for code, pattern in _PATTERNS:
        if code in reported or all(_denied(sentence, match) for match in pattern.finditer(sentence)):
            continue
        reported.add(code)
        yield Problem(code, sentence, str(BANNED[code][0]))


def _denied(sentence: str, match: re.Match[str]) -> bool:
    """Whether an honest denial or a warning governs this match; a boast in the same sentence cancels it."""
    before, after = sentence[: match.start()], sentence[match.end() :]
    if _BOAST.search(sentence):
        return False
    return bool(_DENIED_BEFORE.search(before) or _WARNED.search(before) or _DENIED_AFTER.match(after))


def _names_benefit(sentence: str) -> bool:
    """Whether the sentence credits care with an effect; what people do for each other ("we can help") is no claim."""
    return any(not _PEOPLE.search(sentence[: match.start()]) for match in _BENEFIT.finditer(sentence))
