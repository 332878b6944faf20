"""The side of a finding: one letter in the note, one word in the safety rules."""

LEFT, RIGHT, BOTH, MIDLINE = "L", "R", "B", ""
SIDES = (LEFT, RIGHT, BOTH, MIDLINE)

WORDS = {LEFT: "left", RIGHT: "right", BOTH: "both", MIDLINE: ""}
"""The word of the safety rules for each letter; the midline and an unrecorded side are both the empty word."""

LETTERS = {word: letter for letter, word in WORDS.items()} | {"midline": MIDLINE}
"""The letter for each word that a treatment form or a condition may hold."""

TYPED = {
    "": MIDLINE,
    "l": LEFT,
    "lt": LEFT,
    "left": LEFT,
    "r": RIGHT,
    "rt": RIGHT,
    "right": RIGHT,
    "b": BOTH,
    "both": BOTH,
    "bilateral": BOTH,
    "m": MIDLINE,
    "mid": MIDLINE,
    "midline": MIDLINE,
}
"""What people type for a side, in lower case."""
