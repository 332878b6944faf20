"""A hand that counts: every tap on the screen is counted, every key that types is a fault."""

from dataclasses import dataclass, field
from typing import Any


class Typed(AssertionError):
    """Somebody had to type although the way promises taps alone."""


@dataclass
class Hand:
    """Taps on a tab. `taps` are those made, by name; digits of a number field count as one tap each."""

    tab: Any
    taps: list[str] = field(default_factory=list)

    def tap(self, locator, name=""):
        """One tap on the one element that `locator` finds."""
        locator.click()
        self.taps.append(name or str(locator))

    def digits(self, locator, number):
        """Tap into a number field (its text is chosen) and tap the digits: one tap each."""
        locator.click(click_count=3)
        self.taps.append("field")
        for digit in str(number):
            if not digit.isdecimal():
                raise Typed(digit)
            self.tab.keyboard.press(digit)
            self.taps.append(digit)

    def type(self, locator, text):
        """Typing is what these ways promise never to ask for."""
        raise Typed(text)

    @property
    def count(self):
        return len(self.taps)
